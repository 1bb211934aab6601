// What reveal.js leaves to us: a section plays when one arrives, and only its neighbours are kept ready.

(() => {
  "use strict";

  const BEHIND = 1;
  const AHEAD = 2;
  const RESTS = 2500; // milliseconds after which controls go when the pointer does not move
  const SAID = 1500; // milliseconds for which a word to the lecturer stands

  const told = JSON.parse(document.getElementById("told").textContent);
  const forSpeaker = /[?&]receiver\b/.test(location.search);
  const standsStill = forSpeaker && !/[?&]postMessageEvents=true\b/.test(location.search); // what comes next
  let subtitles = -1; // where in told.languages; before the first: none

  const deck = Reveal;
  deck.initialize({
    width: told.width,
    height: told.height,
    margin: 0,
    minScale: 0.01,
    maxScale: 100,
    center: false,
    hash: true,
    navigationMode: "linear",
    controlsTutorial: false,
    transition: "none",
    backgroundTransition: "none",
    autoPlayMedia: false,
    autoAnimate: false,
    scrollActivationWidth: 0,
    plugins: [RevealNotes],
  });

  // ---- videos: in Chromium a page may have 75 of them, a deck has more

  const videoOf = (slide) => slide && slide.querySelector("video");

  function bytesOf(base64) {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    return bytes;
  }

  function load(video) {
    if (video.hasAttribute("src")) return;
    const kept = video.dataset.clip;
    const content = kept ? null : bytesOf(video.nextElementSibling.textContent);
    video.muted = true;
    video.preload = "auto";
    video.src = kept || URL.createObjectURL(new Blob([content], { type: "video/mp4" }));
    showSubtitles(video);
  }

  function unload(video) {
    if (!video.hasAttribute("src")) return;
    URL.revokeObjectURL(video.src);
    video.removeAttribute("src");
    video.load();
  }

  function rewind(video) {
    video.pause();
    if (video.currentTime > 0) video.currentTime = 0;
  }

  const held = new WeakSet();

  function hold(video) {
    // a machine that is too slow leaves out frames, the last among them: seek it
    if (held.has(video)) return;
    held.add(video);
    video.currentTime = video.duration;
  }

  function showEnd(video) {
    const seek = () => (video.currentTime = video.duration);
    if (video.readyState > 0) seek();
    else video.addEventListener("loadedmetadata", seek, { once: true });
  }

  function play(video) {
    held.delete(video);
    video.play().catch(() => {}); // one went on before it began, or it is not to be played: its first picture stays
  }

  function arrive() {
    const slides = deck.getSlides();
    const here = slides.indexOf(deck.getCurrentSlide());
    const current = videoOf(slides[here]);
    if (current) {
      load(current);
      if (standsStill) {
        showEnd(current); // its beginning is what stands there now
      } else {
        rewind(current);
        play(current);
      }
    }
    slides.forEach((slide, at) => {
      const video = videoOf(slide);
      if (!video || video === current) return;
      if (at < here - BEHIND || at > here + AHEAD) unload(video);
      else rewind(video);
    });
    setTimeout(prepare, 0, slides, here);
  }

  function prepare(slides, here) {
    if (slides[here] !== deck.getCurrentSlide()) return;
    slides.slice(Math.max(here - BEHIND, 0), here + AHEAD + 1).map(videoOf).filter(Boolean).forEach(load);
  }

  // ---- subtitles: off, then each language

  function showSubtitles(video) {
    const [language] = told.languages[subtitles] || [];
    for (const track of video.textTracks) track.mode = track.language === language ? "hidden" : "disabled";
    speak(video);
  }

  function speak(video) {
    const track = [...video.textTracks].find(({ mode }) => mode === "hidden");
    const line = video.parentElement.querySelector(".subtitle");
    line.replaceChildren(...[...(track?.activeCues || [])].map(lineOf));
    line.lang = track?.language || "";
  }

  function lineOf(cue) {
    // here is room for longer lines than subtitles have elsewhere: where they end is for CSS to say
    const line = document.createElement("span");
    line.textContent = cue.getCueAsHTML().textContent;
    return line;
  }

  for (const video of document.querySelectorAll("video")) {
    video.addEventListener("ended", () => hold(video));
    for (const track of video.textTracks) track.addEventListener("cuechange", () => speak(video));
  }

  function nextSubtitles() {
    if (deck.isOverlayOpen()) return void deck.closeOverlay(); // what this key does there
    subtitles = subtitles + 1 < told.languages.length ? subtitles + 1 : -1;
    document.querySelectorAll("video[src]").forEach(showSubtitles);
    const [, name] = told.languages[subtitles] || [];
    say(name ? `${told.words.on} ${name}` : told.words.off);
  }

  function say(words) {
    const line = document.getElementById("said");
    const { style } = deck.getCurrentSlide();
    for (const name of ["--background", "--text", "--muted"]) line.style.setProperty(name, style.getPropertyValue(name));
    line.textContent = words;
    shortly(line, "fresh", SAID);
  }

  // ---- keys that reveal.js leaves free; in the speaker's window they count for the class, too

  const current = () => videoOf(deck.getCurrentSlide());
  const keys = {
    R: [told.words.again, () => current() && (rewind(current()), play(current()))],
    W: [told.words.hold, () => current() && (current().paused ? play(current()) : current().pause())],
    C: [told.words.subtitles, nextSubtitles],
  };
  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

  for (const [key, [description, act]] of Object.entries(keys)) {
    deck.addKeyBinding({ keyCode: key.charCodeAt(0), key, description: escaped(description) }, () => {
      act();
      if (forSpeaker) parent.opener?.postMessage(JSON.stringify({ namespace: "lossreel", key }), "*");
    });
  }
  deck.addKeyBinding({ keyCode: 35, key: "END", description: escaped(told.words.last) }, () => {
    const { h, v } = deck.getIndices(deck.getSlides().at(-1));
    deck.slide(h, v);
  });

  window.addEventListener("message", ({ data }) => {
    if (forSpeaker || typeof data !== "string" || !data.includes("lossreel")) return;
    try {
      const { namespace, key } = JSON.parse(data);
      if (namespace === "lossreel" && Object.hasOwn(keys, key)) keys[key][1]();
    } catch {
      // nothing of ours
    }
  });

  // ---- controls show while the pointer moves

  const timers = new Map();

  function shortly(element, name, milliseconds) {
    clearTimeout(timers.get(element));
    element.classList.add(name);
    timers.set(element, setTimeout(() => element.classList.remove(name), milliseconds));
  }

  document.addEventListener("pointermove", () => shortly(document.body, "pointing", RESTS));

  let wentOn = false;
  deck.on("paused", () => {
    wentOn = Boolean(current() && !current().paused);
    if (wentOn) current().pause();
  });
  deck.on("resumed", () => wentOn && current() && play(current()));
  deck.on("ready", arrive);
  deck.on("slidechanged", arrive);
})();
