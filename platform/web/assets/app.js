// Small conveniences. Every page works without this file.

const root = document.documentElement;

// Light or dark, remembered on this device. The button is hidden in the markup, so it shows only where it works.
for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.hidden = false;
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const say = () => button.setAttribute("aria-pressed", String(dark()));
  say();
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* private mode */ }
    say();
  });
}

// A form marked data-guard is sent once; going back in the browser makes it usable again.
const guarded = new WeakSet();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  // What can't be taken back is asked for once more.
  if (form.dataset.confirm && !guarded.has(form) && !confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (!form.matches("[data-guard]")) return;
  if (guarded.has(form)) { event.preventDefault(); return; }
  guarded.add(form);
  keepKey(form);
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-busy", "true");
});
// Sent again unchanged after going back in the browser, a form keeps the one-time key it was sent with: it is the same order.
function keepKey(form) {
  const key = form.querySelector("input[type=hidden][name=key]");
  if (!key) return;
  let print = 5381;
  for (const [name, value] of new FormData(form)) {
    if (name !== "key") for (const letter of `${name}=${value};`) print = ((print * 33) ^ letter.codePointAt(0)) >>> 0;
  }
  const { sent } = history.state ?? {};
  if (sent?.print === print && sent.to === form.action) key.value = sent.key;
  else history.replaceState({ ...history.state, sent: { print, to: form.action, key: key.value } }, "");
}
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-guard]")) {
    guarded.delete(form);
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

// Which parts of a long form stand open goes with it, so that they still do when it is shown again.
document.addEventListener("toggle", (event) => {
  const open = event.target.querySelector?.(":scope > input[data-open]");
  if (open) open.disabled = !event.target.open;
}, true);

// The viewer's zone: fills empty inputs marked data-zone, is among the choices of lists marked so, and is told to the host
// by a cookie. A page that could only guess it (data-zone-shown) is loaded once more, unless somebody began to type.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && /^[A-Za-z0-9_+\-/]{1,64}$/.test(zone)) {
  for (const input of document.querySelectorAll("input[data-zone]")) if (!input.value) input.value = zone;
  for (const list of document.querySelectorAll("select[data-zone]")) {
    if ([...list.options].some((option) => option.value === zone)) continue;
    list.add(new Option(zone.replaceAll("_", " "), zone), [...list.options].find((option) => option.value > zone) ?? null);
  }
  const known = () => /(?:^|; )zone=/.test(document.cookie);
  if (!known()) {
    document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
    const shown = document.querySelector("[data-zone-shown]")?.dataset.zoneShown;
    // Without the cookie the next page would be the same one again.
    if (shown && shown !== zone && known() && !touched()) location.reload();
  }
}

function touched() {
  const first = (list) => Math.max(0, [...list.options].findIndex((option) => option.defaultSelected));
  const changed = (field) => field.matches("select")
    ? field.selectedIndex !== first(field)
    : field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  return [...document.querySelectorAll("main :is(input:not([type=hidden]), textarea, select)")].some(changed);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest(dismiss.dataset.dismiss)?.remove();
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    navigator.clipboard?.writeText(copier.dataset.copy).then(() => {
      const said = copier.querySelector("[data-copied]");
      if (said) { said.hidden = false; setTimeout(() => { said.hidden = true; }, 2000); }
    });
  }
});
for (const element of document.querySelectorAll("[data-copy], [data-dismiss]")) element.hidden = false;

// After a refused form, go to what is wrong.
document.querySelector("[data-error-summary]")?.focus();

// A form marked data-live shows what it would come to: when a field marked data-look changes, or a button named do is
// pressed, it is sent to be looked at, and its parts marked data-part are shown anew. Nothing is ordered by it.
for (const form of document.querySelectorAll("form[data-live]")) {
  let turn = 0;
  const look = async (button) => {
    const mine = ++turn;
    const typed = new URLSearchParams(new FormData(form));
    typed.set("do", button?.value ?? "look");
    const parts = () => form.querySelectorAll("[data-part]");
    for (const part of parts()) part.setAttribute("aria-busy", "true");
    const answer = await fetch(form.action, { method: "POST", body: typed }).catch(() => null);
    const text = answer && [200, 409, 410, 422].includes(answer.status) ? await answer.text() : null;
    if (mine !== turn) return;
    for (const part of parts()) part.removeAttribute("aria-busy");
    if (text === null) { if (button) form.requestSubmit(button); return; }
    // Inert: the page's styles and scripts are neither applied nor run.
    const template = document.createElement("template");
    template.innerHTML = text;
    const fresh = template.content;
    if (!fresh.querySelector("form[data-live]")) { location.assign(form.action); return; }
    const focused = document.activeElement?.id;
    for (const part of parts()) {
      const next = fresh.getElementById(part.id);
      if (next) part.replaceWith(document.adoptNode(next));
    }
    // A region that was there before is read out; one that comes with the new part is not, everywhere.
    const said = form.querySelector("[data-said]");
    if (said) said.textContent = form.querySelector("[data-say]")?.dataset.say ?? "";
    const wanted = button ? (form.querySelector("[data-part] [aria-invalid]") ?? document.getElementById("f-code")) : document.getElementById(focused);
    wanted?.focus();
  };
  form.addEventListener("change", (event) => { if (event.target.matches("[data-look]")) look(); });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (button) { event.preventDefault(); look(button); }
  });
  // Enter in the field of codes means its own button, not the order.
  form.addEventListener("keydown", (event) => {
    const apply = event.key === "Enter" && event.target.id === "f-code" && form.querySelector("button[value=apply]");
    if (apply) { event.preventDefault(); look(apply); }
  });
}

// On a phone the navigation scrolls: where one is stands in view.
for (const here of document.querySelectorAll(".topnav > [aria-current]")) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 48;

// What scrolls sideways can be scrolled by keyboard, too.
for (const box of document.querySelectorAll(".table-wrap, .prose pre")) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
