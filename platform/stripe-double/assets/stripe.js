// The browser's half of the double: the part of Stripe.js that pages use, with a small form for the Payment Element.
(function () {
  'use strict';
  const base = '{{BASE}}';
  const debits = {
    bacs_debit: [['bacs_debit', '00012345', 'Bank debit: succeeds later'], ['bacs_debit', '22222227', 'Bank debit: fails later']],
    sepa_debit: [['sepa_debit', 'DE89370400440532013000', 'Bank debit: succeeds later'], ['sepa_debit', 'DE62370400440532013002', 'Bank debit: fails later']],
    us_bank_account: [['us_bank_account', '000123456789', 'Bank debit: succeeds later'], ['us_bank_account', '000111111113', 'Bank debit: fails later']],
  };
  let numbers = 0;

  function flat(value, name, out) {
    if (value === null || value === undefined) return out;
    if (typeof value === 'object') {
      for (const key of Object.keys(value)) flat(value[key], name ? `${name}[${key}]` : key, out);
    } else {
      out.append(name, String(value));
    }
    return out;
  }
  function kindOf(secret) {
    return String(secret).startsWith('seti_') ? 'setup_intent' : 'payment_intent';
  }
  function idOf(secret) {
    return String(secret).split('_secret_')[0];
  }

  class PaymentElement {
    constructor(elements) {
      this.elements = elements;
      this.listeners = {};
      this.complete = false;
    }
    on(name, work) {
      (this.listeners[name] = this.listeners[name] || []).push(work);
      if (name === 'ready' && this.ready) work({ elementType: 'payment' });
      return this;
    }
    tell(name, value) {
      for (const work of this.listeners[name] || []) work(value);
    }
    // The fields stand in a frame of Stripe's, as the real ones do, so that a page's policy is tried too.
    mount(where) {
      const place = typeof where === 'string' ? document.querySelector(where) : where;
      if (!place) throw new Error(`The selector you specified (${where}) applies to no DOM elements that are currently on the page.`);
      place.classList.add('StripeElement');
      this.place = place;
      this.values = { number: '', expiry: '12 / 34', cvc: '123', debit: '' };
      const frame = document.createElement('iframe');
      frame.title = 'Secure payment input frame';
      frame.name = `stripe-double-${(numbers += 1)}`;
      frame.style.cssText = 'display:block;border:0;width:100%;height:17rem';
      const look = (this.elements.options.appearance || {}).variables || {};
      addEventListener('message', (event) => {
        if (event.source !== frame.contentWindow || event.origin !== base || !event.data.values) return;
        this.values = event.data.values;
        if (event.data.height) frame.style.height = `${event.data.height}px`;
        if (event.data.changed) this.changed();
      });
      this.elements.intent().then((intent) => {
        if (!intent) { this.tell('loaderror', { elementType: 'payment', error: { type: 'api_error', message: 'This payment is not known.' } }); return; }
        const more = ((intent && intent.payment_method_types) || []).flatMap((type) => debits[type] || []);
        const ways = more.map(([kind, account, text]) => [`${kind}:${account}`, text]);
        frame.onload = () => { this.ready = true; this.tell('ready', { elementType: 'payment' }); };
        frame.src = `${base}/v3/elements-inner?${new URLSearchParams({ ways: JSON.stringify(ways), ink: look.colorText || '', ground: look.colorBackground || '' })}`;
        place.replaceChildren(frame);
      });
      this.frame = frame;
      return this;
    }
    field(name) {
      return this.values[name].trim();
    }
    changed() {
      this.complete = Boolean(this.field('debit')) || this.field('number').replace(/\s/g, '').length >= 15;
      this.tell('change', { elementType: 'payment', complete: this.complete, empty: !this.field('number'), value: { type: this.field('debit') ? this.field('debit').split(':')[0] : 'card' } });
    }
    data() {
      const debit = this.field('debit');
      if (debit) {
        const [type, account] = debit.split(':');
        return { type, [type]: type === 'sepa_debit' ? { iban: account } : { account_number: account } };
      }
      const number = this.field('number').replace(/\s/g, '');
      if (number.length < 15) return null;
      const [month, year] = this.field('expiry').split('/').map((part) => parseInt(part, 10));
      return { type: 'card', card: { number, exp_month: month, exp_year: 2000 + (year % 100), cvc: this.field('cvc') } };
    }
    focus() { this.frame.focus(); }
    clear() { this.values.number = ''; }
    update() {}
    unmount() { if (this.place) this.place.replaceChildren(); }
    destroy() { this.unmount(); }
  }

  class Elements {
    constructor(stripe, options) {
      this.stripe = stripe;
      this.options = options || {};
      this.made = {};
    }
    create(type) {
      const element = new PaymentElement(this);
      element.type = type;
      this.made[type] = element;
      return element;
    }
    getElement(type) { return this.made[type] || null; }
    update(options) {
      Object.assign(this.options, options);
      const element = this.made.payment;
      if (element && element.ready && options.appearance) element.frame.contentWindow.postMessage({ look: options.appearance.variables || {} }, base);
    }
    fetchUpdates() { return Promise.resolve({}); }
    submit() {
      const element = this.made.payment;
      if (element && !element.data()) {
        return Promise.resolve({ error: { type: 'validation_error', code: 'incomplete_number', message: 'Your card number is incomplete.' } });
      }
      return Promise.resolve({ selectedPaymentMethod: element ? element.data().type : 'card' });
    }
    intent() {
      const secret = this.options.clientSecret;
      return secret ? this.stripe.retrieve(kindOf(secret), secret).then((answer) => answer[kindOf(secret) === 'setup_intent' ? 'setupIntent' : 'paymentIntent']) : Promise.resolve(null);
    }
  }

  class Stripe {
    constructor(key, options) {
      if (!/^pk_/.test(key || '')) throw new Error('Please call Stripe() with your publishable key. You used an empty string or another kind of key.');
      this.key = key;
      this.account = options && options.stripeAccount;
    }
    async call(method, path, data) {
      const form = flat({ key: this.key, _stripe_account: this.account, ...data }, '', new URLSearchParams());
      const url = method === 'GET' ? `${base}/v1/${path}?${form}` : `${base}/v1/${path}`;
      try {
        const answer = await fetch(url, method === 'GET' ? {} : { method, body: form });
        return await answer.json();
      } catch (error) {
        return { error: { type: 'api_connection_error', message: 'We could not reach Stripe. Please check your connection and try again.' } };
      }
    }
    answer(kind, object) {
      if (object.error) return { error: object.error };
      return kind === 'setup_intent' ? { setupIntent: object } : { paymentIntent: object };
    }
    retrieve(kind, secret) {
      return this.call('GET', `${kind}s/${idOf(secret)}`, { client_secret: secret }).then((object) => this.answer(kind, object));
    }
    elements(options) { return new Elements(this, options); }
    retrievePaymentIntent(secret) { return this.retrieve('payment_intent', secret); }
    retrieveSetupIntent(secret) { return this.retrieve('setup_intent', secret); }
    createPaymentMethod(options) {
      const { elements, params, ...rest } = options;
      const data = elements ? { ...elements.made.payment.data(), ...(params || {}) } : rest;
      return this.call('POST', 'payment_methods', data).then((object) => (object.error ? object : { paymentMethod: object }));
    }
    async confirm(kind, options) {
      const elements = options.elements;
      const secret = options.clientSecret || (elements && elements.options.clientSecret);
      const params = options.confirmParams || {};
      const redirect = options.redirect || 'always';
      if (redirect === 'always' && !params.return_url) throw new Error('stripe.confirmPayment(): the `confirmParams.return_url` argument is required.');
      const request = { client_secret: secret, return_url: params.return_url || location.href };
      if (params.payment_method) {
        request.payment_method = params.payment_method;
      } else {
        const data = elements && elements.made.payment && elements.made.payment.data();
        if (!data) return { error: { type: 'validation_error', code: 'incomplete_number', message: 'Your card number is incomplete.' } };
        request.payment_method_data = { ...data, ...(params.payment_method_data || {}) };
      }
      const object = await this.call('POST', `${kind}s/${idOf(secret)}/confirm`, request);
      if (object.error) return { error: object.error };
      if (object.status === 'requires_action') {
        // A card's bank asks in a frame over the page; other ways lead away.
        const asked = await this.handleNextAction({ clientSecret: secret });
        if (asked.error) return asked;
      }
      if (redirect === 'if_required') return this.answer(kind, object);
      const back = new URL(params.return_url);
      back.searchParams.set(kind, object.id);
      back.searchParams.set(`${kind}_client_secret`, secret);
      back.searchParams.set('redirect_status', 'succeeded');
      location.assign(back);
      return new Promise(() => {});
    }
    confirmPayment(options) { return this.confirm('payment_intent', options); }
    confirmSetup(options) { return this.confirm('setup_intent', options); }
    confirmCardPayment(secret, data) {
      const method = data && data.payment_method;
      return this.confirm('payment_intent', { clientSecret: secret, redirect: 'if_required', confirmParams: { payment_method: method } });
    }
    async handleNextAction(options) {
      const secret = options.clientSecret;
      const kind = kindOf(secret);
      const before = await this.retrieve(kind, secret);
      const object = before.paymentIntent || before.setupIntent;
      if (!object || object.status !== 'requires_action') return before;
      const frame = document.createElement('iframe');
      frame.title = '3-D Secure';
      frame.name = 'stripe-double-3ds';
      frame.style.cssText = 'position:fixed;inset:5% 10%;width:80%;height:90%;background:#fff;border:1px solid #697386;z-index:2147483647;color-scheme:light';
      frame.src = `${base}/3ds/${object.id}?secret=${encodeURIComponent(secret)}&frame=1`;
      document.body.append(frame);
      await new Promise((done) => {
        addEventListener('message', function hear(event) {
          if (event.origin === base && event.data === 'stripe-double-3ds') {
            removeEventListener('message', hear);
            done();
          }
        });
      });
      frame.remove();
      const after = await this.retrieve(kind, secret);
      const now = after.paymentIntent || after.setupIntent;
      const error = now && (now.last_payment_error || now.last_setup_error);
      return error ? { error } : after;
    }
    async redirectToCheckout(options) {
      location.assign(`${base}/c/pay/${options.sessionId}`);
      return new Promise(() => {});
    }
  }

  window.Stripe = function (key, options) { return new Stripe(key, options); };
  window.Stripe.version = 'double';
})();
