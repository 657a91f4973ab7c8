// Undo and redo: states of the choices, of which changes of one control in a row are one.

const MOST_STATES = 200;
const past = { states: [], place: -1, field: null };

function remember(field) {
    const state = JSON.stringify(choices);
    if (state === past.states[past.place]) return;
    if (field === null || field !== past.field || past.place < 1) past.place++;
    past.states.splice(past.place, Infinity, state);
    if (past.states.length > MOST_STATES) {
        past.states.shift();
        past.place--;
    }
    past.field = field;
    showHistory();
    keepChoices();
}

function goInHistory(by) {
    const state = past.states[past.place + by];
    if (state === undefined) return;
    past.place += by;
    past.field = null;
    Object.assign(choices, agreeing(JSON.parse(state)));
    showHistory();
    keepChoices();
    showChoices();
    followVariant();
    refresh();
}

function showHistory() {
    $("undo").disabled = past.place <= 0;
    $("redo").disabled = past.place >= past.states.length - 1;
}
