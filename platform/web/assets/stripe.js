// The card form: Stripe's own fields on our page. What is typed there never reaches this host.
(() => {
  "use strict";
  const form = document.querySelector("form[data-stripe]");
  if (!form) return;
  const { key, account, secret, failed, away, locale } = form.dataset;
  const button = form.querySelector("button[type=submit]");
  const message = form.querySelector("[data-stripe-message]");

  const say = (text) => {
    message.textContent = text;
    message.hidden = !text;
  };
  form.hidden = false;
  if (!window.Stripe) {
    say(away);
    return;
  }
  const options = account ? { stripeAccount: account, locale } : { locale };
  const stripe = window.Stripe(key, options);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim() || undefined;
  const appearance = {
    theme: matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "stripe",
    variables: { colorPrimary: colour("--primary"), borderRadius: "8px" },
  };
  if (!/^#|^rgb/.test(appearance.variables.colorPrimary || "")) delete appearance.variables.colorPrimary;
  const elements = stripe.elements({ clientSecret: secret, appearance });
  const payment = elements.create("payment", { layout: "tabs" });
  payment.mount("#payment-element");
  payment.on("ready", () => {
    button.disabled = false;
  });
  payment.on("loaderror", () => say(away));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    say("");
    try {
      const { error } = await stripe.confirmPayment({
        elements,
        confirmParams: { return_url: form.dataset.return },
      });
      // Only what went wrong comes back here; else the browser is on its way.
      if (error) say(error.message || failed);
    } catch {
      say(away);
    }
    button.disabled = false;
  });
})();
