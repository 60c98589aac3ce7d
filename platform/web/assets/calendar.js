// The staff calendar with a pointer: bookings are dragged, free time is chosen by the quarter of an hour. All of it has a
// page that works without this file: a booking is moved on its own page, a free hour is a link.

const calendar = document.querySelector("[data-calendar]");
const wide = matchMedia("(min-width: 48rem)");
const STEP = 15;
const top0 = Number(calendar.dataset.top);
const length = Number(calendar.dataset.length);
const bodies = [...calendar.querySelectorAll(".cg-body")];
const moving = document.getElementById("cg-move");
const choosing = document.getElementById("cg-free");
const refused = document.querySelector("[data-refused]");
const { zone: timeZone } = calendar.dataset;
// English as the pages write it: day before month, 24 hours.
const locale = calendar.dataset.locale === "en" ? "en-GB" : calendar.dataset.locale;
const long = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone, timeZoneName: "short" });
const short = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });

/** The moment at a place of a day's axis, in minutes since 1970; nothing where the clock leaves an hour out. */
function momentAt(body, place) {
  for (const piece of body.dataset.spans.split(";")) {
    const [from, minutes, start] = piece.split(",").map(Number);
    if (place >= from && place < from + minutes) return start + place - from;
  }
  return null;
}
const iso = (minutes) => new Date(minutes * 60_000).toISOString().replace(".000", "");
const placeAt = (body, y) => {
  const box = body.getBoundingClientRect();
  return top0 + Math.max(0, Math.min(length - 1, ((y - box.top) / box.height) * length));
};
const bodyAt = (x) => bodies.find((body) => {
  const box = body.getBoundingClientRect();
  return x >= box.left && x < box.right;
});

/** A link to a form with another start and coach. */
function formAt(link, start, coach) {
  const url = new URL(link.href);
  url.searchParams.set("start", start);
  if (coach) url.searchParams.set("coach", coach);
  return url.pathname + url.search;
}

for (const dialog of [moving, choosing]) {
  dialog.querySelector("[data-keep]").addEventListener("click", () => dialog.close());
}

// Free time: with the pointer the quarter that was hit, with the keyboard the hour.
calendar.addEventListener("click", (event) => {
  const link = event.target.closest("[data-free]");
  if (!link || !wide.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const body = link.closest(".cg-body");
  let start = Date.parse(link.dataset.start) / 60_000;
  if (event.detail > 0) {
    const hit = momentAt(body, Math.floor(placeAt(body, event.clientY) / STEP) * STEP);
    if (hit !== null && hit > start) start = hit;
  }
  choosing.querySelector("[data-when]").textContent = long.format(start * 60_000);
  for (const way of choosing.querySelectorAll("[data-book], [data-block]")) {
    way.href = formAt(way, iso(start), body.dataset.coach);
  }
  choosing.showModal();
});

// One stop of the tab key for all free hours; arrows go on from there.
const free = bodies.map((body) => [...body.querySelectorAll("[data-free]")]);
let stop = free.flat()[0];
const focusable = (link) => {
  for (const other of free.flat()) other.tabIndex = other === link ? 0 : -1;
  stop = link;
};
if (wide.matches && stop) focusable(stop);
calendar.addEventListener("keydown", (event) => {
  const link = event.target.closest("[data-free]");
  const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!link || !step || !wide.matches) return;
  const column = free.findIndex((links) => links.includes(link));
  const row = free[column].indexOf(link);
  let next = step[0] === 0 ? free[column][row + step[1]] : null;
  for (let at = column + step[0]; step[0] !== 0 && !next && free[at]; at += step[0]) {
    const y = link.getBoundingClientRect().top;
    next = free[at].toSorted((a, b) => Math.abs(a.getBoundingClientRect().top - y) - Math.abs(b.getBoundingClientRect().top - y))[0];
  }
  if (!next) return;
  event.preventDefault();
  focusable(next);
  next.focus();
});

// Dragging a booking. What is shown while dragging is where it would go; nothing moves before it is confirmed.
let drag = null;
// Not the browser's own dragging of links.
calendar.addEventListener("dragstart", (event) => event.preventDefault());
calendar.addEventListener("pointerdown", (event) => {
  const item = event.target.closest("[data-move]");
  if (!item || event.button !== 0 || !wide.matches) return;
  const grip = event.clientY - item.getBoundingClientRect().top;
  drag = { item, grip, x: event.clientX, y: event.clientY, id: event.pointerId, drop: null };
});
addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  if (!drag.drop) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
    drag.drop = document.createElement("div");
    drag.drop.className = "cg-drop";
    drag.item.classList.add("is-dragged");
    drag.item.setPointerCapture(drag.id);
    refused.hidden = true;
  }
  event.preventDefault();
  const body = bodyAt(event.clientX) ?? drag.body;
  if (!body) return;
  const place = Math.round(placeAt(body, event.clientY - drag.grip) / STEP) * STEP;
  const moment = momentAt(body, place);
  if (moment === null) return;
  Object.assign(drag, { body, moment });
  drag.drop.style.setProperty("--from", place - top0);
  drag.drop.style.setProperty("--minutes", drag.item.dataset.minutes);
  drag.drop.textContent = short.format(moment * 60_000);
  body.append(drag.drop);
});
function release() {
  const ended = drag;
  drag = null;
  ended?.drop?.remove();
  ended?.item.classList.remove("is-dragged");
  return ended;
}
addEventListener("pointercancel", release);
addEventListener("keydown", (event) => { if (event.key === "Escape") release(); });
// The click that ends a drag opens nothing.
let dragged = -Infinity;
calendar.addEventListener("click", (event) => {
  if (performance.now() - dragged < 300) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);
addEventListener("pointerup", () => {
  const ended = release();
  if (!ended?.drop) return;
  dragged = performance.now();
  const { item, body, moment } = ended;
  if (moment === undefined) return;
  const coach = body.dataset.coach || item.dataset.coach;
  if (moment * 60_000 === Date.parse(item.dataset.start) && coach === item.dataset.coach) return;
  const form = moving.querySelector("form");
  form.action = item.dataset.move;
  form.elements.start.value = iso(moment);
  form.elements.coach.value = coach;
  moving.querySelector("[data-what]").textContent = item.querySelector(".cg-title").textContent;
  moving.querySelector("[data-when]").textContent = long.format(moment * 60_000);
  moving.showModal();
  form.elements.reason.focus();
});

/** What a page says is wrong. */
function saidBy(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const list = [...page.querySelectorAll("[data-error-summary] p, [data-error-summary] li")];
  const said = list.length > 0 ? list : [...page.querySelectorAll("main h1, main h1 ~ p")].slice(0, 2);
  return said.map((part) => part.textContent.trim()).join(" ");
}

moving.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("[type=submit]");
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    // Moved: the page sends us back here, with a message.
    if (answer.type === "opaqueredirect") { location.reload(); return; }
    refused.querySelector("[data-refused-text]").textContent = saidBy(await answer.text());
    refused.hidden = false;
    moving.close();
    refused.scrollIntoView({ block: "nearest" });
  } catch {
    // No answer: the form's own way, which shows what the browser says of it.
    form.submit();
  } finally {
    button.removeAttribute("aria-busy");
  }
});
