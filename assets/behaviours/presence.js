// data-presence="desk.ticket:42" data-presence-url: says every 20 s that this page is open and whether somebody types
// in a field marked data-typing; the answer (who else is here) becomes the element's content.
import { csrfToken, whenPresent } from "./core.js";

const BEAT = 20000;

whenPresent("[data-presence]", (place) => {
  let typing = false;
  let quiet = 0;

  async function beat(says = {}) {
    if (!place.isConnected || document.hidden) return;
    const body = new URLSearchParams({ subject: place.dataset.presence, typing: typing ? "1" : "", ...says });
    const response = await fetch(place.dataset.presenceUrl, {
      method: "POST", body, headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" },
    }).catch(() => null);
    if (response?.ok) place.innerHTML = await response.text();
  }

  function types(event) {
    if (!event.target.closest?.("[data-typing]")) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => { typing = false; beat(); }, 8000);
    if (!typing) {
      typing = true;
      beat();
    }
  }

  const timer = setInterval(() => (place.isConnected ? beat() : clearInterval(timer)), BEAT);
  document.addEventListener("input", types);
  document.addEventListener("visibilitychange", () => beat());
  // Somebody came, went or types: only looked at, since two pages of one person would answer each other for ever.
  place.addEventListener("live", () => beat({ look: "1" }));
  window.addEventListener("pagehide", () => {
    const body = new URLSearchParams({ subject: place.dataset.presence, gone: "1", csrfmiddlewaretoken: csrfToken() });
    navigator.sendBeacon(place.dataset.presenceUrl, body);
  });
  beat();
});
