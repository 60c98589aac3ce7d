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
  if (!form.matches("[data-guard]") || event.defaultPrevented) return;
  if (guarded.has(form)) { event.preventDefault(); return; }
  guarded.add(form);
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-guard]")) {
    guarded.delete(form);
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

// The viewer's zone: fills empty inputs marked data-zone and tells the host by a cookie, so that the next page shows it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && /^[A-Za-z0-9_+\-/]{1,64}$/.test(zone)) {
  for (const input of document.querySelectorAll("input[data-zone]")) if (!input.value) input.value = zone;
  if (!/(?:^|; )zone=/.test(document.cookie)) {
    document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
  }
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
