from pathlib import Path

from studio_scripts import in_node

# A job waits for its preview until it is told to begin, or until newer settings make it stale.
_SCRIPT = """
ditheredSteps = function* () { yield; return { width: 1, height: 1, place: null, colors: null }; };
const answers = [];
const serve = jobServer(({ id, stale }) => answers.push(stale ? `${id} stale` : `${id}`));
const job = (id) => serve({ id, settings: {}, patience: 1e6 });
const rest = async () => { for (let turn = 0; turn < 50; turn++) await pause(0); };
const seen = [];
const note = async () => { await rest(); seen.push(answers.splice(0)); };
(async () => {
    job(1);
    await note();
    serve({ id: 2, begin: true });
    await note();
    job(3);
    await rest();
    job(4);
    await note();
    serve({ id: 5, begin: true });
    await note();
    job(6);
    serve({ id: 7, begin: true });
    await note();
    console.log(JSON.stringify(seen));
    process.exit();
})();
"""


def test_a_result_waits_for_its_preview_but_not_for_settings_that_are_out_of_date(
    tmp_path: Path,
) -> None:
    assert in_node(tmp_path, _SCRIPT) == [
        [],
        ["2", "1"],
        ["3 stale"],
        ["5", "4"],
        ["7", "6"],
    ]
