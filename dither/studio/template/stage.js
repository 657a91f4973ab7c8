// The stage's buttons, the divider and the keys.

function listenToView() {
    $("zoom-in").addEventListener("click", () => view.step(1));
    $("zoom-out").addEventListener("click", () => view.step(-1));
    $("fit").addEventListener("click", () => view.fit());
    $("actual").addEventListener("click", () => view.actual());
    $("compare").addEventListener("click", () => compare(view.split === null ? 0.5 : null));
    $("variants").addEventListener("click", toggleVariants);
    const hold = (held) => {
        if (view.originalOnly === held) return;
        view.originalOnly = held;
        $("original").classList.toggle("held", held);
        view.draw();
    };
    $("original").addEventListener("pointerdown", (event) => {
        event.target.setPointerCapture(event.pointerId);
        hold(true);
    });
    for (const end of ["pointerup", "pointercancel"]) $("original").addEventListener(end, () => hold(false));
    $("original").addEventListener("contextmenu", (event) => event.preventDefault());
    const divider = $("divider");
    divider.addEventListener("pointerdown", (event) => divider.setPointerCapture(event.pointerId));
    divider.addEventListener("pointermove", (event) => {
        if (divider.hasPointerCapture(event.pointerId)) compare((event.clientX - $("stage").getBoundingClientRect().left) / $("stage").clientWidth);
    });
    divider.addEventListener("keydown", (event) => {
        const by = { ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1 }[event.key];
        if (by) compare(view.split + by);
    });
    const keys = { o: () => $("file").click(), "+": () => view.step(1), "=": () => view.step(1), "-": () => view.step(-1), 0: () => view.fit(), 1: () => view.actual(), c: () => $("compare").click(), v: toggleVariants, s: download };
    $("undo").addEventListener("click", () => goInHistory(-1));
    $("redo").addEventListener("click", () => goInHistory(1));
    document.addEventListener("keydown", (event) => {
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.target.matches("input[type=text], textarea")) {
            event.preventDefault();
            goInHistory(event.shiftKey ? 1 : -1);
            return;
        }
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=radio], [type=checkbox], [type=range]), select, textarea")) return;
        const onControl = event.target.matches("button, input, summary");
        if ((event.key === " " && !onControl) || (event.key === " " && event.target === $("original"))) {
            event.preventDefault();
            hold(true);
        } else keys[event.key.toLowerCase()]?.();
    });
    document.addEventListener("keyup", (event) => event.key === " " && hold(false));
}

function compare(split) {
    view.split = split === null ? null : clamp(split, 0, 1);
    for (const id of ["divider", "label-original", "label-dithered"]) $(id).hidden = split === null;
    $("compare").setAttribute("aria-pressed", split !== null);
    if (split !== null) {
        $("divider").style.left = `${100 * view.split}%`;
        $("divider").setAttribute("aria-valuenow", Math.round(100 * view.split));
    }
    view.draw();
}
