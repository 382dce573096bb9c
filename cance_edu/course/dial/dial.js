// The K dial: one module for JupyterLab (anywidget calls `render`) and for any page (`mount`).
// Python computed the data. What is computed here is exact in K: see `Score` and `insideShare`.

const PARTS = { brought: "what you brought", learned: "what you learned", sum: "S, their sum" };
const SCENES = { learned: "trained T", optimal: "T*, fresh draws", fixed: "T*, one training set" };
const OBJECTIVES = { eq8: "Eq. 8", eq12: "Eq. 12", naive: "naive" };
const BEND = 0.6; // where the plane's radius turns from linear to logarithmic

const fixed = (value, digits) => value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
const signed = (value, digits) => (value >= 0 ? "+" : "") + fixed(value, digits);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const say = (node, text) => node.textContent === text || (node.textContent = text);

/** Make an element: h("p.note", {id: "x", onclick: f}, "text", child). */
function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes))
    if (typeof value === "function") node[key] = value;
    else node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** A number that is found by its name. */
const number = (name) => h("span.cance-number", { "data-name": name });
const slider = (label, max, oninput) =>
  h("input", { type: "range", min: 0, max, value: 0, "aria-label": label, oninput });

/** Buttons of which one is pressed; `choose` gets its key. */
function choice(label, options, choose) {
  const buttons = Object.entries(options).map(([key, text]) =>
    h("button", { type: "button", "data-key": key, onclick: () => choose(key) }, text));
  const node = h("div.kd-choice", { role: "group", "aria-label": label }, h("span", {}, label), ...buttons);
  const press = (chosen) =>
    buttons.forEach((button) => button.setAttribute("aria-pressed", button.dataset.key === chosen));
  return { node, press, buttons };
}

/** A row: a label, a track with marks in it, and a number. */
function row(label, name, kinds) {
  const [marks, value] = [kinds.map((kind) => h(`i.kd-${kind}`)), number(name)];
  const track = h("div.kd-track", { "aria-hidden": "true" }, ...marks);
  return { node: h("div.kd-row", {}, h("span", {}, label), track, value), marks, value };
}

/** Stretch a mark between two places, in percent of its track. */
function stretch(mark, from, to) {
  mark.style.left = `${Math.min(from, to)}%`;
  mark.style.width = `${Math.abs(to - from)}%`;
}

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
function plane({ points, noise, edge, stops }, look, pin, turn) {
  const canvas = h("canvas", { role: "img" });
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
      pen.strokeStyle = pen.fillStyle = style;
      pen.lineWidth = width;
      pen.setLineDash(dash);
      pen.beginPath();
      path();
      pen.stroke();
      if (fill) pen.fill();
    };
    const mark = (i, r) => {
      const [x, y] = at(points.radius[i], points.angle[i]);
      pen.moveTo(x + r, y);
      if (!points.isAnomaly[i]) return pen.arc(x, y, r, 0, 2 * Math.PI);
      for (const angle of [2.3, 4.7, 7.1, 8.6]) pen.lineTo(x + 1.3 * r * Math.cos(angle), y + 1.3 * r * Math.sin(angle));
      return pen.closePath();
    };
    const marks = (wanted) => () => points.radius.forEach((radius, i) => wanted(i, radius <= edge * k) && mark(i, 3));
    pen.save(); // hatched: out here lies fewer than one noise point in a thousand
    pen.beginPath();
    pen.rect(0, 0, 2 * half, 2 * half);
    ring(edge * k);
    pen.clip("evenodd");
    draw(colour.hatch, 1, () => {
      for (let x = -2 * half; x < 2 * half; x += 7) { pen.moveTo(x, 2 * half); pen.lineTo(x + 2 * half, 0); }
    });
    pen.restore();
    draw(colour.muted, 1, () => ring(1), false, [5, 4]);
    draw(colour.muted, 1, () => ring(1.69), false, [1, 4]);
    draw(colour.brought, 1, () => noise.radius.forEach((radius, i) => {
      // v is fixed, and K moves L_K(v) along its ray from μ.
      pen.moveTo(...at(radius * state.trail, noise.angle[i]));
      pen.lineTo(...at(radius * k, noise.angle[i]));
    }));
    pen.fillStyle = colour.brought;
    noise.radius.forEach((radius, i) => {
      const [x, y] = at(radius * k, noise.angle[i]);
      pen.fillRect(x - 1.2, y - 1.2, 2.4, 2.4);
    });
    draw(colour.normal, 1, marks((i) => !points.isAnomaly[i]), true);
    draw(colour.anomaly, 1.3, marks((i, among) => points.isAnomaly[i] && !among));
    draw(colour.anomaly, 1.3, marks((i, among) => points.isAnomaly[i] && among), true);
    draw(colour.brought, 2.5, () => ring(k));
    const [x, y] = at(k, 0);
    draw(colour.brought, 3, () => pen.arc(x, y, 9, 0, 2 * Math.PI));
    draw(colour.paper, 0.1, () => pen.arc(x, y, 8, 0, 2 * Math.PI), true);
    Object.assign(pen, { fillStyle: colour.brought, font: "bold 12px system-ui, sans-serif", textAlign: "center" });
    pen.fillText("K", x, y + 4);
    if (state.point !== null) draw(colour.ink, 2.5, () => mark(state.point, 7));
  }
  return { node: canvas, paint };
}

/** Which part finds the anomalies: three dots on one axis of AUROC, each on a band of all seeds. */
function areasPanel(score) {
  const lowest = Math.min(0.5, ...score.areas.flat(2));
  const left = (area) => 1 + (98 * (area - lowest)) / (1 - lowest);
  const rows = Object.entries(PARTS).map(([part, label]) => row(label, `${part} area`, ["coin", "band", "dot"]));
  function paint({ k }, stop) {
    rows.forEach(({ marks: [coin, band, dot], value }, part) => {
      const areas = score.areas.map((of) => score.between(of.map((at) => at[part]), k));
      coin.style.left = `${left(0.5)}%`;
      stretch(band, left(Math.min(...areas)), left(Math.max(...areas)));
      dot.style.left = `${left(areas[0])}%`;
      say(value, fixed(score.areas[0][stop][part], 3));
    });
  }
  const [normal, anomalies] = score.tested.map((n) => n.toLocaleString("en"));
  const note = `AUROC of each alone on ${normal} ${score.normal[1]}, ${anomalies} anomalies; dashes: a coin`;
  const heading = h("p.kd-heading", {}, "Who finds the anomalies?", h("small", {}, note));
  return { node: h("div.kd-parts", {}, heading, ...rows.map((each) => each.node)), paint };
}

/** Which part carries the score of an input: two bars, end to end, and their sum. */
function standingPanel(score) {
  const rows = Object.entries(PARTS).map(([part, label]) => row(label, `${part} standing`, ["zero", "bar"]));
  const [title, nats, sheet] = [h("span"), h("p.kd-nats"), score.pictures];
  const picture = h("div.kd-picture", { role: "img" });
  if (sheet) picture.style.background = `url(${sheet.url}) 0 0 / ${100 * sheet.columns}% ${100 * sheet.rows}%`;
  function paint({ k, point }, stop) {
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
    picture.setAttribute("aria-label", what);
    const share = (place, count) => `${(100 * place) / Math.max(1, count - 1)}%`;
    if (sheet) picture.style.backgroundPosition =
      `${share(point % sheet.columns, sheet.columns)} ${share(Math.floor(point / sheet.columns), sheet.rows)}`;
    const [own, added] = score.nats(point, score.stops[stop]);
    const terms = [own, added, own + added].map((value) => fixed(value, 1));
    say(nats, `S = −ln p_nK + (−T − ln ν) = ${terms[0]} + (${terms[1]}) = ${terms[2]} nats`);
  }
  const note = `how far it stands out of the ${score.normal[1]}, in standard deviations of S`;
  const heading = h("p.kd-heading", {}, title, h("small", {}, note));
  const node = h("div.kd-parts", {}, h("div.kd-who", {}, picture, heading), ...rows.map((each) => each.node), nats);
  return { node, paint };
}

/** The rope: what pulls on K in each coordinate, at a step of a training. */
function rope(score, choose) {
  const all = Object.values(score.runs).flatMap(Object.values);
  const widest = 1.1 * Math.log(Math.max(2, ...all.flatMap((run) => run.scale.flat())));
  const longest = Math.max(...all.flatMap((run) => run.pulls.flat(2)).map(Math.abs));
  const left = (k) => (100 * Math.log(k)) / widest;
  const choices = Object.entries({ scene: ["Network and data", SCENES, score.runs],
    objective: ["K minimises", OBJECTIVES, score.runs.learned] }).map(([what, [label, names, runs]]) =>
    [what, choice(label, Object.fromEntries(Object.entries(names).filter(([key]) => runs[key])),
      (key) => choose({ [what]: key }))]);
  const step = slider("training step", all[0].step.length - 1, () => choose({ record: +step.value }));
  const play = h("button", { type: "button", onclick: () => choose({ play: true }) }, "▶ play");
  const rows = score.coordinates.map((name) => row(name, `K of ${name}`, ["trail", "data", "noise", "both", "knob"]));
  const axis = row("", "", []);
  const ticks = [1, 1.25, 1.69, 2, 2.5, 3, 4].filter((k) => left(k) < 97).map((k) => h("span", {}, String(k)));
  ticks.forEach((tick) => (tick.style.left = `${left(tick.textContent)}%`));
  axis.node.children[1].append(...ticks);
  axis.node.classList.add("kd-axis");
  const [what, counted] = [h("p.kd-what"), h("p", { role: "status" })];
  const pulled = ["data", "noise", "both"].map((name) => number(`pull ${name}`));
  const legend = ["data term", "noise term", "together"].map((name, i) =>
    h("span", { "data-term": i }, `${name} `, pulled[i]));
  function paint(state) {
    choices.forEach(([which, { press }]) => press(state[which]));
    const run = score.runs[state.scene][state.objective];
    const [at, pulls, end] = [run.step[state.record], run.pulls[state.record], run.step.at(-1)];
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
    pulls.forEach((pull, term) => say(pulled[term], signed(mean(pull), 4)));
    say(what, `Step ${at} of ${end}. Mean pull on ln K:`);
    const narrower = pulls[2].filter((pull) => pull < -1e-9).length;
    const wider = pulls[2].filter((pull) => pull > 1e-9).length;
    say(counted, `Together: ${narrower} of ${rows.length} coordinates are pulled narrower, ${wider} wider. `
      + score.morals[state.objective === "naive" ? "naive" : state.scene]);
  }
  const note = "arrows to the right widen the noise, to the left they narrow it";
  const node = h("section.kd-rope", { "aria-label": "What pulls K" },
    h("p.kd-heading", {}, "What pulls K? A rope in each coordinate", h("small", {}, note)),
    ...choices.map(([, { node: buttons }]) => buttons), h("div.kd-steps", {}, play, step),
    h("p.kd-legend", {}, what, ...legend), ...rows.map((each) => each.node), axis.node, counted);
  return { node, paint, last: all[0].step.length - 1 };
}

/** A question with answers to click; what it asks for happens at once. */
function guess({ title, text, options, truth, why }, happen) {
  const told = h("p.kd-told", { role: "status" });
  const asked = choice("Guess:", options, (key) => {
    asked.press(key);
    asked.buttons.forEach((button) => button.classList.toggle("kd-right", button.dataset.key === truth));
    say(told, (key === truth ? "Yes. " : `No: ${options[truth]}. `) + why);
    happen();
  });
  return h("div.kd-guess", {}, h("p", {}, h("b", {}, `${title} `), text), asked.node, told);
}

/** Put the dial into an element. Returns `turn(k)` and `destroy()`; `onTurn` hears where K comes to rest. */
export function mount(root, data, onTurn = () => {}) {
  const score = new Score(data);
  const { stops, points, last, runs } = score;
  const [first, highest] = [stops[0], stops[last]];
  const state = { k: first, trail: first, point: null, pinned: null,
    scene: "learned", objective: Object.keys(runs.learned ?? {})[0], record: data.firstRecord };
  const seen = { brought: false, learned: false };
  let [target, frame, settling, playing] = [first, 0, 0, 0];

  /** Go on to a K, at once or within so many milliseconds. */
  function turn(k, rest = false) {
    cancelAnimationFrame(frame);
    state.k = Math.min(highest, Math.max(first, k));
    target = stops[Math.round(score.place(state.k))];
    if (rest) glide(target, 200);
    else draw();
  }
  function glide(to, milliseconds) {
    cancelAnimationFrame(frame);
    const [from, start] = [state.k, performance.now()];
    target = stops[Math.round(score.place(to))];
    const step = (now) => {
      const share = still() ? 1 : Math.min(1, Math.max(0.05, (now - start) / milliseconds));
      state.k = share === 1 ? target : from * (target / from) ** (share * share * (3 - 2 * share));
      draw();
      if (share < 1) frame = requestAnimationFrame(step);
      else onTurn(target);
    };
    step(start);
  }

  const dial = slider("K, how many times wider the noise is than the data", 1,
    () => turn(first * (highest / first) ** dial.value));
  Object.assign(dial, { step: "any", className: "kd-dial", onchange: () => turn(state.k, true) });
  dial.onkeydown = (event) => {
    const place = stops.indexOf(target);
    const to = { ArrowRight: place + 1, ArrowUp: place + 1, PageUp: last, End: last,
      ArrowLeft: place - 1, ArrowDown: place - 1, PageDown: 0, Home: 0 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    glide(stops[Math.min(last, Math.max(0, to))], 180);
  };
  const along = (k) => Math.log(k / first) / Math.log(highest / first);
  const ticks = stops.map((k) => h("button", { type: "button", tabindex: -1, "aria-hidden": "true",
    style: `left: ${100 * along(k)}%`, onclick: () => glide(k, 500) }, String(k)));

  const order = points.radius.map((_, i) => i).sort((i, j) => points.radius[i] - points.radius[j]);
  const look = (point) => {
    state.point = point === undefined ? state.pinned : point;
    draw();
  };
  const pin = (point) => look((state.pinned = point));
  const picker = slider("image, by distance from the centre; 0 is the average anomaly", order.length,
    () => pin(+picker.value ? order[picker.value - 1] : null));
  const [field, areas, standing] = [plane(score, look, pin, turn), areasPanel(score), standingPanel(score)];
  const swatches = ["brought", "normal", "anomaly", "hatch", "muted", "ink", "paper"].map((name) =>
    [name, h(`i.kd-swatch.kd-${name}`)]);
  const mark = (name, text) => h("span", {}, swatches.find(([of]) => of === name)[1], text);
  const room = slider("D, the number of dimensions", data.edges.length, () => draw());
  Object.assign(room, { min: 1, value: score.dimension });
  const [big, within, volume, inside, dimensions] = ["K", "within", "volume", "inside", "D"].map(number);
  const [caption, punch] = [h("p.kd-caption", { role: "status" }), h("p.kd-punch", { role: "status" })];
  const anomalies = points.isAnomaly.filter(Boolean).length;

  const pulled = runs.learned && rope(score, (chosen) => { reveal(); choose(chosen); });
  const reveal = () => pulled.node.classList.remove("kd-secret");
  function choose({ play, ...chosen }) {
    clearInterval(playing);
    pulled.paint(Object.assign(state, chosen, play && { record: 0 }));
    if (play) playing = setInterval(() => {
      pulled.paint(Object.assign(state, { record: state.record + 1 }));
      if (state.record === pulled.last) clearInterval(playing);
    }, 90);
  }
  const guesses = data.guesses.map((asked) => guess(asked, () => {
    if (asked.turn) { glide(asked.turn[0], 1); setTimeout(() => glide(asked.turn[1], 2600), 60); }
    else { reveal(); choose(asked.show); }
  }));

  function tell(stop) {
    const [brought, learned, sum] = score.standing(null, stops[stop]).map((part) => part);
    const area = score.areas[0][stop];
    const k = stops[stop];
    seen.brought ||= brought > 0.8 * sum;
    seen.learned ||= learned > 0.7 * sum;
    const share = (part) => `${fixed((100 * part) / sum, 0)}%`;
    const alone = area[1] < 0.5 ? `, alone worse than a coin (${fixed(area[1], 3)})` : "";
    say(caption, `K = ${k}: of the average anomaly's score, ${share(brought)} is what you brought and `
      + `${share(learned)} what you learned${alone}. Their sum finds anomalies with AUROC ${fixed(area[2], 3)}.`);
    if (seen.brought && seen.learned) say(punch, data.punch);
  }

  let told = null;
  function draw() {
    const [k, stop] = [state.k, Math.round(score.place(state.k))];
    state.trail += still() ? k - state.trail : 0.25 * (k - state.trail);
    cancelAnimationFrame(settling);
    if (Math.abs(state.trail - k) > 0.004 * k) settling = requestAnimationFrame(draw);
    else state.trail = k;
    const style = getComputedStyle;
    field.paint(state, Object.fromEntries(swatches.map(([name, swatch]) => [name, style(swatch).color])));
    [areas, standing].forEach((panel) => panel.paint(state, stop));
    dial.value = along(k);
    dial.setAttribute("aria-valuetext", `K = ${stops[stop]}`);
    picker.value = state.point === null ? 0 : 1 + order.indexOf(state.point);
    picker.setAttribute("aria-valuetext", state.point === null ? "the average anomaly" : points.title[state.point]);
    say(big, fixed(k, 2));
    const among = points.radius.filter((radius, i) => points.isAnomaly[i] && radius <= score.edge * k);
    say(within, `${among.length} of ${anomalies}`);
    const d = +room.value;
    say(dimensions, String(d));
    say(volume, (k ** d).toLocaleString("en", { maximumSignificantDigits: 3 }));
    say(inside, (1000 * insideShare(data.edges[d - 1], d, k)).toLocaleString("en", { maximumSignificantDigits: 3 }));
    if (told !== stop) tell((told = stop));
  }

  const term = (part, ...text) => h(`span.kd-term`, { "data-part": part }, ...text);
  root.append(h("div.k-dial", {},
    h("p.kd-sentence", {}, term("sum", "S"), " = ", term("brought", "what you brought", h("small", {}, "−ln p_nK, a Gaussian")),
      " + ", term("learned", "what you learned", h("small", {}, "−T − ln ν, a network"))),
    ...guesses.slice(0, 1),
    h("div.kd-turn", {}, h("p.kd-k", {}, "K = ", big), h("div.kd-scale", {}, dial, h("div.kd-ticks", {}, ...ticks))),
    caption, punch,
    h("div.kd-columns", {},
      h("div.kd-left", {}, field.node,
        h("p.kd-legend", {}, mark("normal", score.normal[1]), mark("anomaly", "anomalies"), mark("brought", "noise"),
          mark("hatch", "no noise out here")),
        h("p", {}, within, " anomalies have noise about them"), h("label.kd-pick", {}, "Look at an image", picker)),
      h("div.kd-right", {}, areas.node, standing.node,
        h("div.kd-parts", {}, h("p.kd-heading", {}, "What does wide noise cost?"),
          h("label.kd-pick", {}, h("span", {}, "D = ", dimensions), room),
          h("p", {}, "The noise fills K", h("sup", {}, "D"), " = ", volume, " times the room of the data; of 1,000 noise points ",
            inside, " lie where the data lie.")))),
    ...(pulled ? [...guesses.slice(1), pulled.node] : []),
    h("span.kd-hidden", {}, ...["ink", "muted", "paper"].map((name) => swatches.find(([of]) => of === name)[1]))));
  field.node.setAttribute("aria-label", data.alt);
  if (pulled && guesses.length > 1) pulled.node.classList.add("kd-secret");
  if (pulled) pulled.paint(state);
  draw();

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const sized = new ResizeObserver(() => draw());
  const themed = new MutationObserver(() => draw());
  sized.observe(field.node);
  themed.observe(document.body, { attributes: true });
  dark.addEventListener("change", draw);
  return { turn: (k) => turn(k, true), destroy() {
    [frame, settling].forEach(cancelAnimationFrame);
    clearInterval(playing);
    [sized, themed].forEach((observer) => observer.disconnect());
    dark.removeEventListener("change", draw);
  } };
}

export default {
  render({ model, el }) {
    const dial = mount(el, model.get("data"), (k) => { model.set("K", k); model.save_changes(); });
    model.on("change:K", () => dial.turn(model.get("K")));
    return dial.destroy;
  },
};
