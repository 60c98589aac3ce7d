// Stripe's own fields on our page: what is typed there never reaches this host. And the page that waits for a payment.
(() => {
  "use strict";
  const patience = 15000;

  // The card form.
  const form = document.querySelector("form[data-stripe]");
  if (form) start(form);

  // Stripe.js comes from Stripe, always; a page must not wait for it without an end.
  function load(script) {
    return new Promise((done, failed) => {
      const tag = document.createElement("script");
      const late = setTimeout(() => failed(new Error("late")), patience);
      tag.src = script;
      tag.async = true;
      tag.onload = () => { clearTimeout(late); window.Stripe ? done(window.Stripe) : failed(new Error("empty")); };
      tag.onerror = () => { clearTimeout(late); failed(new Error("away")); };
      document.head.append(tag);
    });
  }

  // Colours and letters of this page, as Stripe's fields take them: they know neither our variables nor newer notations.
  function look() {
    const body = getComputedStyle(document.body);
    const card = getComputedStyle(form.closest(".card") ?? document.body);
    const root = document.documentElement;
    const plain = (value) => (/^(#|rgba?\()/.test(value) ? value : undefined);
    const probe = document.createElement("span");
    const said = (name) => {
      probe.style.color = `var(${name})`;
      form.append(probe);
      const value = plain(getComputedStyle(probe).color);
      probe.remove();
      return value;
    };
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const all = {
      colorPrimary: said("--brand"), colorDanger: said("--bad"), colorText: plain(body.color),
      colorBackground: plain(card.backgroundColor), fontFamily: body.fontFamily, fontSizeBase: body.fontSize, borderRadius: "8px",
    };
    const variables = Object.fromEntries(Object.entries(all).filter(([, value]) => value));
    return { theme: dark ? "night" : "stripe", variables };
  }

  async function start(form) {
    const { script, key, account, secret, failed, away, locale } = form.dataset;
    const button = form.querySelector("button[type=submit]");
    const message = form.querySelector("[data-stripe-message]");
    const waiting = form.querySelector("[data-stripe-loading]");
    const hosted = document.querySelector("[data-stripe-hosted]");
    const say = (text) => {
      message.textContent = text;
      message.hidden = !text;
    };
    // Without the fields there is still Stripe's own page.
    const giveUp = () => {
      waiting.hidden = true;
      button.hidden = true;
      say(away);
      hosted?.classList.replace("btn-quiet", "btn-primary");
      hosted?.classList.add("btn-lg");
    };
    form.hidden = false;
    hosted?.classList.add("btn-quiet");
    let stripe;
    try {
      stripe = (await load(script))(key, account ? { stripeAccount: account, locale } : { locale });
    } catch {
      giveUp();
      return;
    }
    const elements = stripe.elements({ clientSecret: secret, appearance: look() });
    const payment = elements.create("payment", { layout: "tabs" });
    const late = setTimeout(giveUp, patience);
    payment.on("ready", () => {
      clearTimeout(late);
      waiting.hidden = true;
      button.hidden = false;
      button.disabled = false;
      if (message.textContent === away) say("");
    });
    payment.on("loaderror", () => { clearTimeout(late); giveUp(); });
    payment.on("change", () => say(""));
    payment.mount("#payment-element");
    // Colours move to their new values; in the middle of that they are neither.
    const again = () => setTimeout(() => elements.update({ appearance: look() }), 400);
    new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);

    let busy = false;
    const set = (now) => {
      busy = now;
      button.setAttribute("aria-disabled", String(now));
      button.toggleAttribute("aria-busy", false);
      if (now) button.setAttribute("aria-busy", "true");
      for (const other of document.querySelectorAll("[data-stripe-else]")) other.inert = now;
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy || button.disabled) return;
      set(true);
      say("");
      try {
        // Only what went wrong comes back here; else the browser is on its way.
        const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: form.dataset.return } });
        if (!error) return;
        set(false);
        // It was paid in the meantime, in another tab or at the first of two tries.
        if (error.code === "payment_intent_unexpected_state") { location.assign(form.dataset.return); return; }
        // What is missing is said at its field, where Stripe puts the focus.
        if (error.type === "validation_error" && !error.message) return;
        say(error.message || failed);
        if (error.type !== "validation_error") message.focus();
      } catch {
        set(false);
        say(failed);
        message.focus();
      }
    });
    // Back in the browser from the bank's page.
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  // The page that waits: asks again by itself, less and less often, until the answer leads elsewhere.
  const wait = document.querySelector("[data-stripe-wait]");
  if (wait) {
    let turn = 0;
    const ask = async () => {
      turn += 1;
      const answer = document.hidden ? null : await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
      if (answer?.redirected) { location.replace(answer.url); return; }
      if (turn < 60) setTimeout(ask, Math.min(1500 + turn * 500, 15000));
      else wait.hidden = true;
    };
    setTimeout(ask, 1500);
    document.addEventListener("visibilitychange", () => { if (!document.hidden && wait.hidden) location.reload(); });
  }
})();
