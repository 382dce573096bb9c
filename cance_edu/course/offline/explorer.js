// An explorer without a kernel. Python drew and computed all its states; here they are looked up.

/** Read the states: JSON, compressed, in base64. */
async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** Return which state it is, of all grids one after the other, and which controls matter to it. */
function find(grids, chosen) {
  let before = 0;
  for (const grid of grids) {
    const axes = Object.entries(grid);
    const places = axes.map(([name, stops]) => stops.indexOf(chosen[name] ?? stops[0]));
    if (!places.includes(-1)) {
      const row = axes.reduce((sum, [, stops], i) => sum * stops.length + places[i], 0);
      return [before + row, Object.keys(grid)];
    }
    before += axes.reduce((product, [, stops]) => product * stops.length, 1);
  }
  throw new Error(`no state for ${JSON.stringify(chosen)}`);
}

/** Let the controls of an explorer move its picture and its numbers. */
async function mount(root, key, packed) {
  const { texts, states, grids } = await unpack(packed);
  const [moving, numbers] = [root.querySelector(".ce-moving"), root.querySelector(".cance-numbers")];
  const fields = [...root.querySelectorAll("[name]")];
  const show = () => {
    const chosen = Object.fromEntries(
      fields.map((field) => [field.name, field.type === "checkbox" ? +field.checked : +field.value]));
    const [state, matter] = find(grids, chosen);
    const [said, ...artists] = states[state].map((text) => texts[text]);
    moving.innerHTML = artists.join("").replaceAll("~", key);
    if (numbers.innerHTML !== said) numbers.innerHTML = said;
    for (const field of fields) {
      field.closest("label").hidden = !matter.includes(field.name);
      if (field.type !== "range") continue;
      const label = field.dataset.labels.split("|")[field.value];
      field.setAttribute("aria-valuetext", label);
      field.nextElementSibling.textContent = label;
    }
  };
  root.querySelector("form").addEventListener("input", show);
  root.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  show();
  root.dataset.ready = "yes";
}
