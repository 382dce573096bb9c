// The K dial: one module for JupyterLab (anywidget calls `render`) and for any page (`mount`).
// Python wrote the page and computed the data; what is computed here is exact in K.

const BEND = 0.6; // where the plane's radius turns from linear to logarithmic
const COLOURS = ["brought", "normal", "anomaly", "muted", "ink", "paper"];

const fixed = (value, digits) => value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
const signed = (value, digits) => (value >= 0 ? "+" : "") + fixed(value, digits);
const three = (value) => value.toLocaleString("en", { maximumSignificantDigits: 3 });
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const say = (node, text) => node.textContent === text || (node.textContent = text);

/** Stretch a mark between two places, in percent of its track. */
function stretch(mark, from, to) {
  mark.style.left = `${Math.min(from, to)}%`;
  mark.style.width = `${Math.abs(to - from)}%`;
}

/** Connect buttons of which one is pressed; `choose` gets its key. Returns what presses one. */
function choice(node, choose) {
  const buttons = [...node.querySelectorAll("button")];
  for (const button of buttons) button.onclick = () => choose(button.dataset.key);
  return (key) => buttons.forEach((button) => button.setAttribute("aria-pressed", button.dataset.key === key));
}

/** The marks and the number of each row under a node. */
const rowsOf = (node) => [...node.querySelectorAll(".kd-row:not(.kd-axis)")].map((row) =>
  ({ marks: [...row.querySelectorAll("i")], value: row.querySelector(".cance-number") }));

/** The score's two parts at any K: what was brought is exact, what was learned is between stops. */
class Score {
  constructor(data) {
    Object.assign(this, data);
    this.last = data.stops.length - 1;
  }

  /** The place of K among the stops: 2.5 is half-way in ln K from stop 2 to stop 3. */
  place(k) {
    let i = 0;
    while (i < this.last - 1 && k > this.stops[i + 1]) i += 1;
    const [low, high] = [Math.log(this.stops[i]), Math.log(this.stops[i + 1])];
    return Math.min(this.last, Math.max(0, i + (Math.log(k) - low) / (high - low)));
  }

  between(values, k) {
    const [place, i] = [this.place(k), Math.min(this.last - 1, Math.floor(this.place(k)))];
    return values[i] + (place - i) * (values[i + 1] - values[i]);
  }

  /** -ln p_nK and -T - ln ν of a point, in nats. */
  nats(point, k) {
    const squared = this.points.radius[point] ** 2;
    const brought = this.logVolume + this.dimension * (Math.log(k) + squared / (2 * k * k));
    return [brought, this.between(this.points.learned.map((at) => at[point]), k)];
  }

  /** How far a point (null: the average anomaly) stands out of the normal inputs, and its parts. */
  standing(point, k) {
    const { normal, anomalies } = this.means;
    const squared = point === null ? anomalies.squared : this.points.radius[point] ** 2;
    const learned = point === null ? anomalies.learned : this.points.learned.map((at) => at[point]);
    const unit = this.between(this.deviation, k);
    const brought = (this.dimension * (squared - normal.squared)) / (2 * k * k * unit);
    const added = (this.between(learned, k) - this.between(normal.learned, k)) / unit;
    return [brought, added, brought + added];
  }
}

/** The share of D-dimensional noise of width K within a radius: P(D / 2, D radius² / 2 K²), by its series. */
function insideShare(radius, dimension, k) {
  const [a, x] = [dimension / 2, (dimension * radius ** 2) / (2 * k * k)];
  let gamma = dimension % 2 ? Math.sqrt(Math.PI) : 1; // of 1/2, or of 1; then up to a + 1
  for (let b = dimension % 2 ? 0.5 : 1; b <= a; b += 1) gamma *= b;
  let [term, sum] = [1, 1];
  for (let n = 1; n < 500 && term > 1e-17 * sum; n += 1) sum += term *= x / (a + n);
  return (x ** a * Math.exp(-x) * sum) / gamma;
}

/** The whitened plane: distance from the centre is true in D dimensions, the angle is a projection. */
function plane(canvas, { points, noise, edge, stops }, look, pin, turn) {
  const reach = Math.asinh(Math.max(edge * stops.at(-1), ...points.radius) / BEND) / 0.97;
  let [half, k, held] = [1, 1, false];
  const place = (radius) => (half * Math.asinh(radius / BEND)) / reach;
  const at = (radius, angle) =>
    [half + place(radius) * Math.cos(angle), half - place(radius) * Math.sin(angle)];
  const from = (event, [x, y]) => Math.hypot(event.offsetX - x, event.offsetY - y);
  const turned = (event) => BEND * Math.sinh((from(event, [half, half]) * reach) / half);
  const onGrip = (event) => from(event, at(k, 0)) < 22; // the ring's grip: whoever takes it turns K
  const nearest = (event) => {
    const far = points.radius.map((radius, i) => from(event, at(radius, points.angle[i])));
    const best = far.indexOf(Math.min(...far));
    return far[best] < 40 ? best : null;
  };
  canvas.onpointerdown = (event) => {
    if ((held = onGrip(event))) canvas.setPointerCapture(event.pointerId);
    else pin(nearest(event));
  };
  canvas.onpointermove = (event) => {
    canvas.style.cursor = held || onGrip(event) ? "ew-resize" : "crosshair";
    if (held) turn(turned(event));
    else if (event.pointerType === "mouse") look(nearest(event));
  };
  canvas.onpointerup = canvas.onpointercancel = () => { if (held) turn(k, true); held = false; };
  canvas.onpointerleave = () => held || look(undefined);

  function paint(state, colour) {
    const ratio = devicePixelRatio || 1;
    [half, k] = [canvas.clientWidth / 2, state.k];
    const pixels = Math.round(2 * half * ratio);
    if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, 2 * half, 2 * half);
    const ring = (radius) => pen.arc(half, half, place(radius), 0, 2 * Math.PI);
    const draw = (style, width, path, fill = false, dash = []) => {
      Object.assign(pen, { strokeStyle: style, fillStyle: style, lineWidth: width });
      pen.setLineDash(dash);
      pen.beginPath();
      path();
      if (width) pen.stroke();
      if (fill) pen.fill();
    };
    const write = (style, text, x, y, clear = 0) => { // on paper of its own, of this width
      Object.assign(pen, { fillStyle: colour.paper, font: "bold 12px system-ui, sans-serif", textAlign: "center" });
      pen.fillRect(x - clear / 2, y - 7, clear, 14);
      Object.assign(pen, { fillStyle: style }).fillText(text, x, y + 4);
    };
    const mark = (i, r) => {
      const [x, y] = at(points.radius[i], points.angle[i]);
      pen.moveTo(x + r, y + (points.isAnomaly[i] ? r : 0));
      if (!points.isAnomaly[i]) return pen.arc(x, y, r, 0, 2 * Math.PI);
      for (const corner of [-r, 0]) pen.lineTo(x + corner, y + (corner ? r : -r));
      return pen.closePath();
    };
    const marks = (wanted) => () => points.radius.forEach((radius, i) => wanted(i, radius <= edge * k) && mark(i, 3.5));
    // The canvas is hatched. This far noise lies; beyond are fewer than one of its points in a thousand.
    draw(colour.paper, 1, () => ring(edge * k), true);
    draw(colour.muted, 1, () => ring(1), false, [5, 4]);
    draw(colour.muted, 1, () => ring(1.69), false, [1, 4]);
    if (state.trail !== k) draw(colour.brought, 1, () => noise.radius.forEach((radius, i) => {
      // v is fixed, and K moves L_K(v) along its ray from μ.
      pen.moveTo(...at(radius * state.trail, noise.angle[i]));
      pen.lineTo(...at(radius * k, noise.angle[i]));
    }));
    pen.fillStyle = colour.brought;
    noise.radius.forEach((radius, i) => {
      const [x, y] = at(radius * k, noise.angle[i]);
      pen.fillRect(x - 1.2, y - 1.2, 2.4, 2.4);
    });
    draw(colour.normal, 0, marks((i) => !points.isAnomaly[i]), true);
    draw(colour.anomaly, 1.3, marks((i, among) => points.isAnomaly[i] && !among));
    draw(colour.anomaly, 0, marks((i, among) => points.isAnomaly[i] && among), true);
    for (const radius of [1, 1.69, 3, 10, 100].filter((far) => place(far) < half - 8)) {
      if (radius > 2) draw(colour.muted, 0.4, () => ring(radius));
      write(colour.muted, radius > 1 ? radius : "K = 1", half, half + place(radius) + (radius > 1 ? 10 : -10), 38);
    }
    draw(colour.brought, 2.5, () => ring(k));
    const [x, y] = at(k, 0);
    draw(colour.brought, 3, () => pen.arc(x, y, 9, 0, 2 * Math.PI));
    draw(colour.paper, 0.1, () => pen.arc(x, y, 8, 0, 2 * Math.PI), true);
    write(colour.brought, "K", x, y);
    if (state.point !== null) draw(colour.ink, 2.5, () => mark(state.point, 7));
  }
  return paint;
}

/** Which part finds the anomalies: three dots on one axis of AUROC, each on a band of all seeds. */
function areasPanel(node, score) {
  const lowest = Math.min(0.5, ...score.areas.flat(2));
  const left = (area) => 1 + (98 * (area - lowest)) / (1 - lowest);
  const rows = rowsOf(node);
  return ({ k }, stop) => rows.forEach(({ marks: [coin, band, dot], value }, part) => {
    const areas = score.areas.map((of) => score.between(of.map((at) => at[part]), k));
    coin.style.left = `${left(0.5)}%`;
    stretch(band, left(Math.min(...areas)), left(Math.max(...areas)));
    dot.style.left = `${left(areas[0])}%`;
    say(value, fixed(score.areas[0][stop][part], 3));
  });
}

/** Which part carries the score of an input: two bars, end to end, and their sum. */
function standingPanel(node, score) {
  const [title, picture, nats] = ["title", "picture", "nats"].map((name) => node.querySelector(`.kd-${name}`));
  const [rows, sheet] = [rowsOf(node), score.pictures];
  if (sheet) picture.style.background = `url(${sheet.url}) 0 0 / ${100 * sheet.columns}% ${100 * sheet.rows}%`;
  return ({ k, point }, stop) => {
    const ends = score.stops.flatMap((at) => score.standing(point, at)); // one scale for all K
    const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
    const left = (value) => 2 + (96 * (value - low)) / (high - low);
    const [brought, , sum] = score.standing(point, k);
    const [shown, spans] = [score.standing(point, score.stops[stop]), [[0, brought], [brought, sum], [0, sum]]];
    rows.forEach(({ marks: [zero, bar], value }, part) => {
      zero.style.left = `${left(0)}%`;
      stretch(bar, ...spans[part].map(left));
      say(value, signed(shown[part], 1));
    });
    const what = point === null ? "the average anomaly" : score.points.title[point];
    say(title, `Who carries the score of ${what}?`);
    picture.hidden = !sheet || point === null;
    nats.hidden = point === null;
    if (point === null) return;
    const terms = score.nats(point, score.stops[stop]);
    const [own, added, all] = [...terms, terms[0] + terms[1]].map((value) => fixed(value, 1));
    say(nats, `S = −ln p_nK + (−T − ln ν) = ${own} + (${added}) = ${all} nats`);
    if (!sheet) return;
    picture.setAttribute("aria-label", `picture of ${what}`);
    const share = (place, count) => `${(100 * place) / Math.max(1, count - 1)}%`;
    picture.style.backgroundPosition =
      `${share(point % sheet.columns, sheet.columns)} ${share(Math.floor(point / sheet.columns), sheet.rows)}`;
  };
}

/** The rope: what pulls on K in each coordinate, at a step of a training. */
function rope(node, score, choose) {
  const all = Object.values(score.runs).flatMap(Object.values);
  const widest = 1.1 * Math.log(Math.max(2, ...all.flatMap((run) => run.scale.flat())));
  const longest = Math.max(...all.flatMap((run) => run.pulls.flat(2)).map(Math.abs));
  const left = (k) => (100 * Math.log(k)) / widest;
  const press = ["scene", "objective"].map((what) =>
    [what, choice(node.querySelector(`[data-name=${what}]`), (key) => choose({ [what]: key }))]);
  const [step, what, counted] = ["step", "what", "counted"].map((name) => node.querySelector(`.kd-${name}`));
  const [rows, last] = [rowsOf(node), all[0].step.length - 1];
  const means = [...node.querySelectorAll("[data-term] .cance-number")];
  let playing = 0;
  step.oninput = () => choose({ record: +step.value });
  const play = () => {
    choose({ record: 0 });
    playing = setInterval(() => choose({ record: +step.value + 1 }, +step.value + 1 < last), 90);
  };
  node.querySelector(".kd-play").onclick = play;
  for (const k of [1, 1.25, 1.69, 2, 2.5, 3, 4].filter((k) => left(k) < 97)) {
    const tick = node.querySelector(".kd-axis .kd-track").appendChild(document.createElement("span"));
    [tick.textContent, tick.style.left] = [k, `${left(k)}%`];
  }
  function paint(state, goOn = false) {
    if (!goOn) clearInterval(playing);
    press.forEach(([which, button]) => button(state[which]));
    const run = score.runs[state.scene][state.objective];
    const [at, pulls] = [run.step[state.record], run.pulls[state.record]];
    step.value = state.record;
    step.setAttribute("aria-valuetext", `step ${at}`);
    rows.forEach(({ marks, value }, j) => {
      const k = run.scale[state.record][j];
      stretch(marks[0], left(1 + Math.LN2), left(k));
      pulls.forEach((pull, term) => {
        const length = (35 * pull[j]) / longest;
        stretch(marks[1 + term], left(k), left(k) + length);
        marks[1 + term].dataset.way = Math.abs(length) < 0.1 ? "none" : length < 0 ? "narrower" : "wider";
      });
      marks[4].style.left = `${left(k)}%`;
      say(value, fixed(k, 2));
    });
    pulls.forEach((pull, term) => say(means[term], signed(mean(pull), 4)));
    say(what, `Step ${at} of ${run.step[last]}. Mean pull on ln K:`);
    const [narrower, wider] = [-1, 1].map((way) => pulls[2].filter((pull) => way * pull > 1e-9).length);
    say(counted, `Together they pull ${narrower} of ${rows.length} coordinates narrower and ${wider} wider. `
      + score.morals[state.objective === "naive" ? "naive" : state.scene]);
  }
  return { paint, play, stop: () => clearInterval(playing) };
}

/** Put the dial into an element. Returns `turn(k)` and `destroy()`; `onTurn` hears where K comes to rest. */
export function mount(root, data, onTurn = () => {}) {
  if (data.markup) root.innerHTML = data.markup;
  const [score, find] = [new Score(data), (selector) => root.querySelector(selector)];
  const number = (name) => find(`[data-name="${name}"]`);
  const { stops, points, last, runs, stops: { 0: first, [score.last]: highest } } = score;
  const state = { k: first, trail: first, point: null, pinned: null,
    scene: "learned", objective: Object.keys(runs.learned ?? {})[0], record: data.firstRecord };
  const seen = { brought: false, learned: false };
  let [target, told, frame, settling] = [first, null, 0, 0];

  // -- turning K: the hand moves it smoothly, and it comes to rest where a T was trained ----------
  const along = (k) => Math.log(k / first) / Math.log(highest / first);
  const stopAt = (k) => Math.round(score.place(k));
  function turn(k, rest = false) {
    cancelAnimationFrame(frame);
    state.k = Math.min(highest, Math.max(first, k));
    target = stops[stopAt(state.k)];
    if (rest) glide(target, 200);
    else draw();
  }
  function glide(to, milliseconds) {
    cancelAnimationFrame(frame);
    target = stops[stopAt(to)];
    const [from, start] = [state.k, performance.now()];
    const step = (now) => {
      const share = still() ? 1 : Math.min(1, Math.max(0.05, (now - start) / milliseconds));
      state.k = share === 1 ? target : from * (target / from) ** (share * share * (3 - 2 * share));
      draw();
      if (share < 1) frame = requestAnimationFrame(step);
      else onTurn(target);
    };
    step(start);
  }
  const dial = find(".kd-dial");
  dial.oninput = () => turn(first * (highest / first) ** dial.value);
  dial.onchange = () => turn(state.k, true);
  dial.onkeydown = (event) => {
    const place = stops.indexOf(target);
    const to = { ArrowRight: place + 1, ArrowUp: place + 1, PageUp: last, End: last,
      ArrowLeft: place - 1, ArrowDown: place - 1, PageDown: 0, Home: 0 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    glide(stops[Math.min(last, Math.max(0, to))], 180);
  };
  root.querySelectorAll(".kd-ticks button").forEach((tick, i) => {
    tick.style.left = `${100 * along(stops[i])}%`;
    tick.onclick = () => glide(stops[i], 500);
  });

  // -- looking at an image, and at other numbers of dimensions ------------------------------------
  const order = points.radius.map((_, i) => i).sort((i, j) => points.radius[i] - points.radius[j]);
  const look = (point) => draw((state.point = point === undefined ? state.pinned : point));
  const pin = (point) => look((state.pinned = point));
  const [picker, room] = [find(".kd-picker"), find(".kd-room")];
  picker.oninput = () => pin(+picker.value ? order[picker.value - 1] : null);
  room.oninput = () => draw();
  const paintPlane = plane(find(".kd-plane"), score, look, pin, turn);
  const panels = [areasPanel(find(".kd-areas"), score), standingPanel(find(".kd-standing"), score)];

  // -- the rope, and the questions ------------------------------------------------------------------
  const pulled = runs.learned && rope(find(".kd-rope"), score, choose);
  function choose(chosen, goOn) {
    find(".kd-rope").classList.remove("kd-secret");
    pulled.paint(Object.assign(state, chosen), goOn);
  }
  root.querySelectorAll(".kd-guess").forEach((node, i) => {
    const { options, truth, why, turn: turns, show, play } = data.guesses[i];
    const press = choice(node, (key) => {
      press(key);
      node.querySelector(`[data-key=${truth}]`).classList.add("kd-truth");
      say(node.querySelector(".kd-told"), (key === truth ? "Yes. " : `No: ${options[truth]}. `) + why);
      if (show) choose(show);
      else turn(turns[0]), glide(turns[1], 2600);
      if (play) pulled.play();
    });
  });

  /** Say in words who carries the score; the dial's sentence, once both have been seen to. */
  function tell(stop) {
    const [k, area] = [stops[stop], score.areas[0][stop]];
    const [brought, learned, sum] = score.standing(null, k);
    say(find(".kd-caption"), `K = ${k}: the average anomaly stands out by ${signed(brought, 1)} standard deviations `
      + `through what you brought and ${signed(learned, 1)} through what you learned. Their sum, S, finds anomalies with AUROC ${fixed(area[2], 3)}.`);
    seen.brought ||= brought > 0.8 * sum;
    seen.learned ||= learned > 0.7 * sum;
    if (seen.brought && seen.learned) say(find(".kd-punch"), data.punch);
  }

  const swatches = COLOURS.map((name) => [name, find(`.kd-swatch.kd-${name}`)]);
  const anomalies = points.isAnomaly.filter(Boolean).length;
  /** Paint the plane, again and again until the noise's trail has caught up with it. */
  function drawPlane() {
    settling = 0;
    state.trail += (still() ? 1 : 0.4) * (state.k - state.trail);
    if (Math.abs(state.trail / state.k - 1) < 0.01) state.trail = state.k;
    else settling = requestAnimationFrame(drawPlane);
    paintPlane(state, Object.fromEntries(swatches.map(([name, node]) => [name, getComputedStyle(node).color])));
  }
  function draw() {
    const [k, stop, d] = [state.k, stopAt(state.k), +room.value];
    settling ||= requestAnimationFrame(drawPlane); // once a frame, however often the hand moves
    panels.forEach((paint) => paint(state, stop));
    dial.value = along(k);
    dial.setAttribute("aria-valuetext", `K = ${stops[stop]}`);
    picker.value = state.point === null ? 0 : 1 + order.indexOf(state.point);
    picker.setAttribute("aria-valuetext", state.point === null ? "the average anomaly" : points.title[state.point]);
    const among = points.radius.filter((radius, i) => points.isAnomaly[i] && radius <= score.edge * k);
    say(number("K"), fixed(k, 2));
    say(number("within"), `${among.length} of ${anomalies}`);
    say(number("D"), String(d));
    say(number("volume"), three(k ** d));
    say(number("inside"), three(1000 * insideShare(data.edges[d - 1], d, k)));
    if (told !== stop) tell((told = stop));
  }
  pulled?.paint(state);
  draw();
  const [sized, themed] = [new ResizeObserver(() => draw()), new MutationObserver(() => draw())];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  sized.observe(find(".kd-plane"));
  themed.observe(document.body, { attributes: true });
  dark.addEventListener("change", draw);
  return { turn: (k) => turn(k, true), destroy() {
    [frame, settling].forEach(cancelAnimationFrame);
    [sized, themed].forEach((observer) => observer.disconnect());
    dark.removeEventListener("change", draw);
    pulled?.stop();
  } };
}

export default {
  render({ model, el }) {
    const dial = mount(el, model.get("data"), (k) => { model.set("K", k); model.save_changes(); });
    model.on("change:K", () => dial.turn(model.get("K")));
    return dial.destroy;
  },
};
