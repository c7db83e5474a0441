import * as code from "./code.js";

const VERSION = "2026-08-14";
const WHERE = {
  context: { name: "Speech, socket", path: "/tts/websocket" },
  handshake: { name: "Handshake", path: "/tts/websocket" },
  sse: { name: "Speech, events", path: "/tts/sse" },
  body: { name: "Speech, file", path: "/tts/bytes" },
  http: { name: "Voices", path: "/voices" },
  listener: { name: "Listening", path: "/stt/turns/websocket" },
};
const MAX_FRAMES = 500;
const MAX_RECORDING_S = 120;
const STALL_S = 10; // as long as the client waits for the next frame

const $ = (id) => document.getElementById(id);

// ---------------------------------------------------------------------------- key

function takeKey() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given) {
    sessionStorage.setItem("key", given);
    history.replaceState(null, "", location.pathname);
  }
  return given ?? sessionStorage.getItem("key") ?? "";
}

let key = takeKey();
const headers = () => ({ Authorization: `Bearer ${key}`, "Cartesia-Version": VERSION });

// ---------------------------------------------------------------------------- frames

const frames = $("frames");
const clock = performance.now();
let frameCount = 0;

/** Write JSON for people: audio is folded to its size. */
function readable(value) {
  return JSON.stringify(
    value,
    (name, item) =>
      name === "data" && typeof item === "string" && item.length > 64
        ? `… ${Math.floor((item.length * 3) / 4)} bytes of audio`
        : item,
    2,
  );
}

function logFrame(way, type, bytes, body = "") {
  const row = document.createElement("li");
  row.dataset.way = way;
  row.dataset.find = `${type} ${body}`.toLowerCase();
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const cells = {
    time: `${((performance.now() - clock) / 1000).toFixed(3)}`,
    way: way === "sent" ? "↑" : "↓",
    type,
    size: bytes === null ? "" : size(bytes),
  };
  for (const [name, value] of Object.entries(cells)) {
    const cell = document.createElement("span");
    cell.className = name;
    cell.textContent = value;
    summary.append(cell);
  }
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.textContent = way;
  summary.children[1].setAttribute("aria-hidden", "true");
  summary.children[1].after(spoken);
  if (/error|closed(?! 1000)|[45]\d\d/.test(type)) summary.children[3].classList.add("bad");
  const pre = document.createElement("pre");
  pre.textContent = body || "(empty)";
  details.append(summary, pre);
  row.append(details);
  frameCount += 1;
  const follows = frames.scrollTop + frames.clientHeight >= frames.scrollHeight - 40;
  frames.append(row);
  if (frames.children.length > MAX_FRAMES) frames.firstElementChild.remove();
  showFrame(row);
  countFrames();
  if (follows) frames.scrollTop = frames.scrollHeight;
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`;
}

function showFrame(row) {
  const text = $("frames-filter").value.trim().toLowerCase();
  const way = $("frames-way").value;
  row.hidden = Boolean((way && row.dataset.way !== way) || !row.dataset.find.includes(text));
}

function countFrames() {
  const shown = [...frames.children].filter((row) => !row.hidden).length;
  const kept = frames.children.length;
  const older = frameCount > kept ? ` of the latest ${kept}` : "";
  $("frames-count").textContent = frameCount
    ? `${shown} shown${older}, ${frameCount} in all`
    : "No frames yet. Speak or listen, and each one is listed here.";
}

function filterFrames() {
  for (const row of frames.children) showFrame(row);
  countFrames();
}

$("frames-filter").addEventListener("input", filterFrames);
$("frames-way").addEventListener("change", filterFrames);
$("frames-clear").addEventListener("click", () => {
  frames.replaceChildren();
  frameCount = 0;
  countFrames();
});

// ---------------------------------------------------------------------------- errors and requests

/** An error whose message is a sentence for people. */
class Failure extends Error {}

function say(id, text, bad = false) {
  $(id).textContent = text;
  $(id).classList.toggle("bad", bad);
}

function explain(error) {
  if (error instanceof Failure) return error.message;
  if (error.name === "NotAllowedError")
    return "The browser may not use the microphone. Allow it for this page, or choose a file.";
  if (error.name === "NotFoundError") return "There is no microphone. Choose a file instead.";
  if (error.name === "EncodingError") return "The browser cannot play this audio.";
  return `Something went wrong: ${error.message}`;
}

async function request(method, path, { json, form } = {}) {
  const options = { method, headers: headers() };
  let sent = null;
  if (json !== undefined) {
    options.body = JSON.stringify(json);
    options.headers["Content-Type"] = "application/json";
    sent = options.body.length;
  } else if (form) {
    options.body = form;
    sent = [...form.values()].reduce((sum, item) => sum + (item.size ?? item.length), 0);
  }
  const shown = json ? readable(json) : form ? [...form.keys()].join("\n") : "";
  logFrame("sent", `${method} ${path.split("?")[0]}`, sent, shown);
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    logFrame("received", "connection closed", null);
    throw new Failure("The connection broke before an answer came. Is the emulator still running?");
  }
  if (response.ok) return response;
  const body = await response.text().catch(() => "");
  logFrame("received", `status ${response.status}`, body.length, body);
  let message = "";
  try {
    message = JSON.parse(body).message ?? "";
  } catch { /* no JSON: the status has to do */ }
  if (response.status === 401) {
    $("key-form").hidden = false;
    throw new Failure("The emulator does not know this key. Use the link that cartesia-stream emulate printed.");
  }
  throw new Failure(`The emulator answered ${response.status}. ${message}`.trim());
}

async function answer(response, type = "answer") {
  const body = await response.text();
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    logFrame("received", `${type}: not JSON`, body.length, body);
    throw new Failure(body ? "The answer is not the JSON that it should be." : "The answer is empty.");
  }
  logFrame("received", type, body.length, readable(value));
  return value;
}

function socketTo(path, query = {}) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.search = new URLSearchParams({ api_key: key, cartesia_version: VERSION, ...query });
  logFrame("sent", `open ${path}`, null, new URLSearchParams(query).toString().replaceAll("&", "\n"));
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  return socket;
}

const opened = (socket) =>
  new Promise((resolve, reject) => {
    const refused = () => {
      logFrame("received", "handshake refused, closed", null);
      reject(new Failure("The emulator refused the socket. A browser does not tell why; the Python client does."));
    };
    socket.addEventListener("close", refused);
    socket.addEventListener("open", () => {
      socket.removeEventListener("close", refused);
      resolve();
    });
  });

function closing({ code: number, reason }) {
  const why = reason ? ` (${reason})` : "";
  if (number === 1006) return "The connection broke without a closing handshake (1006).";
  return `The socket was closed with code ${number}${why}.`;
}

// ---------------------------------------------------------------------------- audio

let context = null;

async function audioContext() {
  context ??= new AudioContext();
  if (context.state === "suspended") await context.resume();
  return context;
}

const MULAW = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 15) << 3) + 132) << ((bits >> 4) & 7);
  return ((bits & 128 ? -1 : 1) * (magnitude - 132)) / 32768;
});

const WIDTHS = { pcm_s16le: 2, pcm_f32le: 4, pcm_mulaw: 1 };

/** Turns raw bytes into samples; keeps half samples for the next piece. */
class Decoder {
  constructor(encoding) {
    this.encoding = encoding;
    this.rest = new Uint8Array(0);
  }

  feed(bytes) {
    const all = new Uint8Array(this.rest.length + bytes.length);
    all.set(this.rest);
    all.set(bytes, this.rest.length);
    const whole = all.length - (all.length % WIDTHS[this.encoding]);
    this.rest = all.slice(whole);
    const view = new DataView(all.buffer, 0, whole);
    const samples = new Float32Array(whole / WIDTHS[this.encoding]);
    for (let i = 0; i < samples.length; i += 1) {
      if (this.encoding === "pcm_s16le") samples[i] = view.getInt16(2 * i, true) / 32768;
      else if (this.encoding === "pcm_f32le") samples[i] = view.getFloat32(4 * i, true);
      else samples[i] = MULAW[all[i]];
    }
    return samples;
  }
}

/** Plays blocks one after another, and knows how much of the audio was heard. */
class Player {
  constructor(audio) {
    this.audio = audio;
    this.pieces = [];
    this.end = 0; // seconds of audio so far
    this.next = 0; // when the next block begins, on the clock of the context
    this.stoppedAt = null;
  }

  push(samples, rate) {
    if (!samples.length || this.stoppedAt !== null) return;
    const buffer = this.audio.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(samples, 0);
    const source = this.audio.createBufferSource();
    source.buffer = buffer;
    source.connect(this.audio.destination);
    const when = Math.max(this.next, this.audio.currentTime + 0.03);
    source.start(when);
    this.pieces.push({ source, when, offset: this.end, duration: buffer.duration });
    this.next = when + buffer.duration;
    this.end += buffer.duration;
  }

  get position() {
    if (this.stoppedAt !== null) return this.stoppedAt;
    const now = this.audio.currentTime;
    let heard = 0;
    for (const piece of this.pieces) {
      if (piece.when > now) break;
      heard = piece.offset + Math.min(now - piece.when, piece.duration);
    }
    return heard;
  }

  get playing() {
    return this.stoppedAt === null && this.audio.currentTime < this.next;
  }

  stop() {
    this.stoppedAt ??= this.position;
    for (const { source } of this.pieces) source.stop();
  }
}

function wavOf(blocks, rate) {
  const count = blocks.reduce((sum, block) => sum + block.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const ascii = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  ascii(0, "RIFF");
  view.setUint32(4, 36 + 2 * count, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, "data");
  view.setUint32(40, 2 * count, true);
  let at = 44;
  for (const block of blocks) {
    for (const sample of block) {
      view.setInt16(at, toInt16(sample), true);
      at += 2;
    }
  }
  return new Blob([view], { type: "audio/wav" });
}

const toInt16 = (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767);

/** Opens the microphone; calls `take` with blocks of samples until `stop`. */
async function openMicrophone(take) {
  if (!navigator.mediaDevices)
    throw new Failure("The browser offers a microphone only on localhost or with TLS. Open the page there, or choose a file.");
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const audio = new AudioContext();
  try {
    await audio.audioWorklet.addModule("/playground/recorder.js");
    await audio.resume();
  } catch (error) {
    stream.getTracks().forEach((track) => track.stop());
    await audio.close();
    throw error;
  }
  const node = new AudioWorkletNode(audio, "recorder", { numberOfOutputs: 0 });
  node.port.onmessage = ({ data }) => take(data, audio.sampleRate);
  audio.createMediaStreamSource(stream).connect(node);
  return {
    rate: audio.sampleRate,
    stop() {
      node.port.onmessage = null; // blocks may still be on their way
      stream.getTracks().forEach((track) => track.stop());
      return audio.close();
    },
  };
}

function offer(link, blob, name) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.hidden = false;
}

// ---------------------------------------------------------------------------- waveform and words

const wave = { peaks: [], rate: 50, current: null, step: 0, level: 0 };

function resetWave() {
  Object.assign(wave, { peaks: [], step: 0, level: 0 });
}

function addToWave(samples, rate) {
  const every = rate / wave.rate;
  for (const sample of samples) {
    wave.level = Math.max(wave.level, Math.abs(sample));
    wave.step += 1;
    if (wave.step >= every) {
      wave.peaks.push(wave.level);
      wave.step = wave.level = 0;
    }
  }
}

function drawWave(position = 0) {
  const canvas = $("wave");
  const scale = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const bars = Math.max(1, Math.floor(width / 4));
  const shown = Math.max(wave.peaks.length, 1);
  const loudest = Math.max(0.1, ...wave.peaks);
  const played = (position * wave.rate) / shown;
  const { color: accent, caretColor: line } = getComputedStyle(canvas);
  for (let bar = 0; bar < bars; bar += 1) {
    const low = Math.floor((bar * shown) / bars);
    const high = Math.max(low + 1, Math.floor(((bar + 1) * shown) / bars));
    let peak = 0;
    for (let i = low; i < high; i += 1) peak = Math.max(peak, wave.peaks[i] ?? 0);
    const tall = Math.max(2, (peak / loudest) * (height - 12));
    pen.fillStyle = bar / bars < played ? accent : line;
    pen.fillRect(bar * 4, (height - tall) / 2, 2.5, tall);
  }
}

function showWords(words) {
  const list = $("words");
  if (list.querySelector(".empty")) list.replaceChildren();
  for (const word of words) {
    const span = document.createElement("span");
    span.textContent = word.text;
    word.span = span;
    list.append(span, " ");
  }
}

function lightWords(words, at, playing) {
  for (const word of words) {
    const now = playing && at >= word.start && at < word.end;
    word.span.className = now ? "now" : at >= word.end ? "said" : "";
  }
}

// ---------------------------------------------------------------------------- speak

let speech = null; // the speech in progress, or the last one

function speechRequest() {
  const takesConfig = !/^sonic-(2|turbo)/.test($("model").value);
  const config = {};
  if (takesConfig) {
    for (const name of ["speed", "volume"]) {
      const value = Number($(name).value);
      if (value !== 1) config[name] = value;
    }
    if ($("emotion").value) config.emotion = $("emotion").value;
  }
  return {
    text: $("text").value,
    voice: $("voice").value,
    model: $("model").value,
    format: $("format").value,
    transport: $("transport").value,
    config,
  };
}

function wireOf(order) {
  const [container, second, rate] = order.format.split("/");
  const format = { container, sample_rate: Number(rate) };
  if (container === "mp3") format.bit_rate = Number(second);
  else format.encoding = second;
  const wire = {
    model_id: order.model,
    transcript: order.text,
    voice: { mode: "id", id: order.voice },
    output_format: format,
  };
  if (Object.keys(order.config).length) wire.generation_config = order.config;
  if (order.transport !== "bytes") wire.add_timestamps = true;
  return wire;
}

class Speech {
  constructor(order, player) {
    this.order = order;
    this.player = player;
    this.words = [];
    this.blocks = [];
    this.done = false;
    this.cancelled = false;
    this.firstAudio = null;
    this.begun = performance.now();
    this.encoding = order.format.split("/")[1];
    this.rate = Number(order.format.split("/")[2]);
    this.decoder = new Decoder(this.encoding);
    this.frames = 0;
    this.abort = new AbortController();
  }

  audio(samples, rate) {
    this.firstAudio ??= performance.now() - this.begun;
    this.blocks.push(samples);
    addToWave(samples, rate);
    this.player.push(samples, rate);
  }

  /** Take one frame of a socket or an event stream; return whether it is the last one. */
  frame(message) {
    this.frames += 1;
    if (message.type === "chunk") {
      if (typeof message.data !== "string") throw new Failure("A chunk came without its audio.");
      let binary;
      try {
        binary = atob(message.data);
      } catch {
        throw new Failure("A chunk came whose audio is not base64.");
      }
      this.audio(this.decoder.feed(Uint8Array.from(binary, (letter) => letter.charCodeAt(0))), this.rate);
    } else if (message.type === "timestamps") {
      const { words, start, end } = message.word_timestamps;
      const fresh = words.map((text, i) => ({ text, start: start[i], end: end[i] }));
      this.words.push(...fresh);
      showWords(fresh);
    } else if (message.type === "error") {
      throw new Failure(`The emulator sent an error: ${message.message ?? message.title ?? message.error}`);
    }
    return message.type === "done";
  }
}

function received(data, type) {
  const body = typeof data === "string" ? data : "";
  try {
    const message = JSON.parse(body);
    const named = message.type ?? type ?? "frame";
    logFrame("received", named, body.length, readable(message));
    return message;
  } catch {
    logFrame("received", "not JSON, error", data.length ?? data.byteLength, body);
    throw new Failure("A frame came that is not JSON.");
  }
}

async function speakOverSocket(run) {
  const socket = socketTo("/tts/websocket");
  const contextId = `playground-${crypto.randomUUID?.() ?? Math.random().toString(36).slice(2)}`;
  try {
    await opened(socket);
    const wire = { ...wireOf(run.order), context_id: contextId, continue: false };
    const sent = JSON.stringify(wire);
    logFrame("sent", "speak", sent.length, readable(wire));
    await new Promise((resolve, reject) => {
      let timer;
      const waitOn = () => {
        clearTimeout(timer);
        timer = setTimeout(() => reject(new Failure(`No frame came for ${STALL_S} seconds.`)), STALL_S * 1000);
      };
      const settle = (action, value) => {
        clearTimeout(timer);
        action(value);
      };
      socket.addEventListener("message", ({ data }) => {
        waitOn();
        try {
          const message = received(data);
          // A frame without an id is about the whole socket.
          if ((message.context_id ?? contextId) !== contextId) return;
          if (run.frame(message)) settle(resolve);
        } catch (error) {
          settle(reject, error);
        }
      });
      socket.addEventListener("close", (event) => {
        logFrame("received", `closed ${event.code}`, null, event.reason);
        settle(reject, new Failure(closing(event)));
      });
      run.abort.signal.addEventListener("abort", () => {
        const cancel = JSON.stringify({ context_id: contextId, cancel: true });
        logFrame("sent", "cancel", cancel.length, cancel);
        if (socket.readyState === WebSocket.OPEN) socket.send(cancel);
        settle(resolve);
      });
      waitOn();
      socket.send(sent);
    });
  } finally {
    setTimeout(() => socket.close(1000), run.cancelled ? 300 : 0);
  }
}

/** Read the pieces of a body; a break in the middle is a sentence. */
async function* piecesOf(response, run) {
  const reader = response.body.getReader();
  run.abort.signal.addEventListener("abort", () => reader.cancel());
  for (;;) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Failure(`No byte came for ${STALL_S} seconds.`)), STALL_S * 1000);
    });
    let piece;
    try {
      piece = await Promise.race([reader.read(), late]);
    } catch (error) {
      reader.cancel().catch(() => {});
      logFrame("received", "connection closed", null);
      throw error instanceof Failure ? error : new Failure("The connection broke in the middle of the audio.");
    } finally {
      clearTimeout(timer);
    }
    if (piece.done) return;
    yield piece.value;
  }
}

async function speakOverEvents(run) {
  const response = await request("POST", "/tts/sse", { json: wireOf(run.order) });
  const decoder = new TextDecoder();
  let waiting = "";
  let done = false;
  for await (const piece of piecesOf(response, run)) {
    waiting = (waiting + decoder.decode(piece, { stream: true })).replace(/\r\n|\r(?!$)/g, "\n").replace(/^\uFEFF/, "");
    const events = waiting.split("\n\n");
    waiting = events.pop();
    for (const event of events) {
      const lines = event.split("\n").filter((line) => line.startsWith("data:"));
      if (lines.length) done = run.frame(received(lines.map((line) => line.slice(5)).join("\n"))) || done;
    }
  }
  if (!done && !run.cancelled) throw new Failure("The events ended without a last one: audio may be missing.");
}

async function speakWhole(run, audio) {
  const response = await request("POST", "/tts/bytes", { json: wireOf(run.order) });
  const raw = run.order.format.startsWith("raw");
  const parts = [];
  let bytes = 0;
  for await (const piece of piecesOf(response, run)) {
    bytes += piece.length;
    logFrame("received", "audio bytes", piece.length, `… ${piece.length} bytes of audio`);
    if (raw) run.audio(run.decoder.feed(piece), run.rate);
    else parts.push(piece);
  }
  if (run.cancelled) return;
  if (!bytes) throw new Failure("The answer has no audio.");
  if (!raw) {
    const blob = new Blob(parts);
    run.file = blob;
    const decoded = await audio.decodeAudioData(await blob.arrayBuffer());
    run.audio(decoded.getChannelData(0), decoded.sampleRate);
  }
}

const DELIVERIES = { websocket: speakOverSocket, sse: speakOverEvents, bytes: speakWhole };

/** Speak; return a sentence about what came, or throw a Failure after showing it. */
async function speak(order) {
  if (speech && (speech.player.playing || !speech.done)) interrupt({ quiet: true });
  resetWave();
  $("words").replaceChildren();
  $("speak-file").hidden = true;
  const audio = await audioContext();
  const run = new Speech(order, new Player(audio));
  speech = run;
  $("interrupt").disabled = false;
  say("speak-status", "Waiting for the first audio …");
  animate(run);
  try {
    await DELIVERIES[order.transport](run, audio);
    run.done = true;
    if (!run.cancelled && run.firstAudio === null) throw new Failure("The stream ended without any audio.");
  } catch (error) {
    run.done = true;
    run.failed = true;
    const got = run.player.end ? ` Before that, ${run.player.end.toFixed(2)} s of audio came.` : "";
    const sentence = explain(error) + got;
    if (speech === run) say("speak-status", sentence, true);
    throw new Failure(sentence);
  }
  if (run.cancelled) return "Interrupted.";
  if (run.blocks.length && speech === run) {
    const [container] = order.format.split("/");
    const rate = container === "raw" ? run.rate : audio.sampleRate;
    const file = run.file ?? wavOf(run.blocks, rate);
    offer($("speak-file"), file, `speech.${container === "mp3" ? "mp3" : "wav"}`);
  }
  const words = order.transport === "bytes" ? " Word times come only with streams." : "";
  const sentence = `First audio after ${Math.round(run.firstAudio)} ms; ${run.player.end.toFixed(2)} s of audio in all.${words}`;
  if (speech === run) say("speak-status", sentence);
  return sentence;
}

function animate(run) {
  if (speech !== run || run.cancelled) return;
  const playing = run.player.playing;
  const at = run.player.position;
  lightWords(run.words, at + (playing ? 0 : 0.05), playing);
  drawWave(at);
  if (run.done && !playing) {
    $("interrupt").disabled = true;
    drawWave(run.player.end);
    return;
  }
  requestAnimationFrame(() => animate(run));
}

function interrupt({ quiet = false } = {}) {
  const run = speech;
  if (!run || run.cancelled) return;
  run.cancelled = true;
  run.player.stop();
  const at = run.player.position;
  if (!run.done) run.abort.abort();
  $("interrupt").disabled = true;
  if (quiet) return;
  const heard = run.words.filter((word) => word.end <= at);
  for (const word of run.words) word.span.className = word.end <= at ? "said" : "lost";
  drawWave(at);
  const text = heard.map((word) => word.text).join(" ");
  const what = run.words.length === 0
    ? "Without word times, this page cannot tell which words."
    : text ? `You heard: “${text}”` : "Not one whole word was heard.";
  say("speak-status", `Interrupted after ${at.toFixed(2)} s. ${what}`);
  showCode(code.interrupt(run.order, at));
  $("speak-button").focus();
}

$("speak-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const order = speechRequest();
  if (!order.text.trim()) return say("speak-status", "Write a text to speak first.", true);
  if (!order.voice) return say("speak-status", "There is no voice yet: connect with the key first.", true);
  showCode(code.speak(order));
  await speak(order).catch(() => {});
});
$("interrupt").addEventListener("click", () => interrupt());

function matchControls() {
  const isFile = !$("format").value.startsWith("raw");
  for (const option of $("transport").options) option.disabled = isFile && option.value !== "bytes";
  if (isFile) $("transport").value = "bytes";
  const plain = /^sonic-(2|turbo)/.test($("model").value);
  for (const name of ["speed", "volume", "emotion"]) $(name).disabled = plain;
  const hints = [];
  if (isFile) hints.push("WAV and MP3 come only as a whole file; choose PCM to stream.");
  if (plain) hints.push("Speed, volume and emotion need sonic-3 or newer.");
  $("speak-hint").textContent = hints.join(" ");
  $("speak-hint").hidden = !hints.length;
}

for (const name of ["format", "model"]) $(name).addEventListener("change", matchControls);
for (const name of ["speed", "volume"])
  $(name).addEventListener("input", () => ($(`${name}-value`).textContent = Number($(name).value).toFixed(1)));

// ---------------------------------------------------------------------------- recordings

/** A field for a file beside a button for the microphone. */
class Source {
  constructor(name, button, status) {
    this.status = status;
    this.button = button;
    this.file = null;
    const host = document.querySelector(`[data-source=${name}]`);
    host.innerHTML = `
      <div class="field"><label for="${name}-file">Audio file</label>
        <input id="${name}-file" type="file" accept="audio/*,.wav,.mp3,.flac,.ogg,.m4a,.webm"></div>
      <button id="${name}-record" type="button">Record</button>
      <a id="${name}-save" class="link" hidden>Save the recording</a>
      <audio id="${name}-play" controls hidden aria-label="Your audio"></audio>`;
    this.record = $(`${name}-record`);
    this.save = $(`${name}-save`);
    this.player = $(`${name}-play`);
    const input = $(`${name}-file`);
    input.addEventListener("change", () => {
      if (input.files[0]) this.set(input.files[0], input.files[0].name, false);
    });
    this.record.addEventListener("click", () => this.toggle());
  }

  set(blob, name, recorded) {
    this.file = { blob, name };
    this.button.disabled = false;
    if (this.player.src) URL.revokeObjectURL(this.player.src);
    this.player.src = URL.createObjectURL(blob);
    this.player.hidden = false;
    this.save.hidden = true;
    if (recorded) offer(this.save, blob, name);
    say(this.status, `${name} is ready: ${size(blob.size)}.`);
  }

  async toggle() {
    if (this.microphone) return this.finish();
    this.record.disabled = true;
    const blocks = [];
    let count = 0;
    try {
      this.microphone = await openMicrophone((samples, rate) => {
        blocks.push(samples);
        count += samples.length;
        say(this.status, `Recording: ${(count / rate).toFixed(0)} s`);
        if (count / rate >= MAX_RECORDING_S) this.finish();
      });
    } catch (error) {
      say(this.status, explain(error), true);
      return;
    } finally {
      this.record.disabled = false;
    }
    this.blocks = blocks;
    this.record.textContent = "Stop recording";
    say(this.status, "Recording: speak now.");
  }

  async finish() {
    const { microphone } = this;
    if (!microphone) return;
    this.microphone = null;
    await microphone.stop();
    this.record.textContent = "Record";
    if (!this.blocks.length) return say(this.status, "Nothing was recorded. Record a little longer.", true);
    this.set(wavOf(this.blocks, microphone.rate), "recording.wav", true);
  }
}

const toTranscribe = new Source("transcribe", $("transcribe"), "transcribe-status");
const toClone = new Source("clone", $("clone"), "clone-status");

function formOf(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value.blob) form.append(name, value.blob, value.name);
    else form.append(name, value);
  }
  return form;
}

/** Run an action with its button locked; a failure becomes a sentence. */
async function withButton(button, status, action) {
  button.disabled = true;
  try {
    await action();
  } catch (error) {
    say(status, explain(error), true);
  } finally {
    button.disabled = false;
  }
}

$("transcribe").addEventListener("click", () =>
  withButton($("transcribe"), "transcribe-status", async () => {
    const { file } = toTranscribe;
    showCode(code.transcribe(file.name));
    say("transcribe-status", "Listening to the recording …");
    const form = formOf({ file, model: "ink-whisper", "timestamp_granularities[]": "word" });
    const heard = await answer(await request("POST", "/stt", { form }), "transcript");
    $("transcript").textContent = heard.text || "(no words were understood)";
    say("transcribe-status", `${heard.words?.length ?? 0} words in ${heard.duration.toFixed(2)} s of audio.`);
  }),
);

$("clone-form").addEventListener("submit", (event) => {
  event.preventDefault();
  withButton($("clone"), "clone-status", async () => {
    const name = $("clone-name").value.trim();
    if (!name) throw new Failure("Give the voice a name.");
    const { file } = toClone;
    showCode(code.clone(file.name, name));
    say("clone-status", "Cloning …");
    const form = formOf({ clip: file, name, language: "en" });
    const voice = await answer(await request("POST", "/voices/clone", { form }), "voice");
    await loadVoices(voice.id);
    say("clone-status", `“${name}” is ready and chosen under Speak. Its id is ${voice.id}.`);
  });
});

// ---------------------------------------------------------------------------- listen

let listening = null;

function addTurn(text) {
  const list = $("turns");
  list.querySelector(".empty")?.remove();
  const item = document.createElement("li");
  item.textContent = text.trim() || "(not understood)";
  list.append(item);
}

/** Show a message of the socket that listens; return what to tell. */
function turnEvent(message) {
  const partial = $("partial");
  if (message.type === "turn.start") {
    say("listen-status", "You are speaking.");
  } else if (message.type === "turn.update" || message.type === "turn.eager_end") {
    partial.hidden = false;
    partial.textContent = message.transcript;
  } else if (message.type === "turn.end") {
    partial.hidden = true;
    addTurn(message.transcript);
    say("listen-status", "The turn has ended. Go on, or stop listening.");
  } else if (message.type === "error") {
    throw new Failure(`The emulator sent an error: ${message.message ?? message.error}`);
  }
}

/** Open a socket that listens; `ended` settles when it closes. */
async function openListener(rate) {
  const socket = socketTo("/stt/turns/websocket", { model: "ink-2", encoding: "pcm_s16le", sample_rate: rate });
  await opened(socket);
  const ended = new Promise((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => {
      try {
        turnEvent(received(data));
      } catch (error) {
        reject(error);
        socket.close();
      }
    });
    socket.addEventListener("close", (event) => {
      logFrame("received", `closed ${event.code}`, null, event.reason);
      if (event.code === 1000) resolve();
      else reject(new Failure(closing(event)));
    });
  });
  ended.catch(() => {}); // whoever waits for it handles it
  return { socket, ended };
}

function sendAudio(socket, samples) {
  if (socket.readyState !== WebSocket.OPEN) return;
  const view = new DataView(new ArrayBuffer(2 * samples.length));
  samples.forEach((sample, i) => view.setInt16(2 * i, toInt16(sample), true));
  socket.send(view.buffer);
  logFrame("sent", "audio", view.byteLength, `… ${view.byteLength} bytes of audio`);
}

function sendClose(socket) {
  const message = JSON.stringify({ type: "close" });
  logFrame("sent", "close", message.length, message);
  if (socket.readyState === WebSocket.OPEN) socket.send(message);
}

async function startListening() {
  $("listen-file").hidden = true;
  const early = []; // audio from before the socket is open
  const kept = [];
  let socket = null;
  let count = 0;
  const microphone = await openMicrophone((samples, rate) => {
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    $("listen-level").style.transform = `scaleX(${Math.min(1, loudest * 1.5)})`;
    if (count / rate < MAX_RECORDING_S) kept.push(samples);
    count += samples.length;
    if (socket) sendAudio(socket, samples);
    else early.push(samples);
  });
  try {
    const opening = await openListener(microphone.rate);
    socket = opening.socket;
    for (const samples of early) sendAudio(socket, samples);
    return { microphone, ...opening, kept };
  } catch (error) {
    await microphone.stop();
    throw error;
  }
}

function setListening(on) {
  $("listen").textContent = on ? "Stop listening" : "Start listening";
  if (!on) $("listen-level").style.transform = "scaleX(0)";
}

$("listen").addEventListener("click", async () => {
  if (listening) {
    await listening.microphone.stop();
    sendClose(listening.socket);
    return;
  }
  $("listen").disabled = true;
  try {
    listening = await startListening();
    $("listen").disabled = false;
    setListening(true);
    say("listen-status", "Listening. Say something.");
    showCode(code.listen("live.wav"));
    const { microphone, ended, kept } = listening;
    let failure = null;
    await ended.catch((error) => (failure = error));
    await microphone.stop().catch(() => {}); // it may have stopped already
    if (kept.length) offer($("listen-file"), wavOf(kept, microphone.rate), "live.wav");
    if (failure) throw failure;
    say("listen-status", "Stopped.");
  } catch (error) {
    say("listen-status", explain(error), true);
  } finally {
    listening = null;
    setListening(false);
    $("listen").disabled = false;
    $("partial").hidden = true;
  }
});

// ---------------------------------------------------------------------------- faults

let kinds = [];

function showFault() {
  const kind = kinds.find(({ name }) => name === $("fault").value);
  if (!kind) return;
  describe($("fault-about"), kind.about);
  $("fault-value").value = kind.default ?? "";
  $("fault-value").disabled = kind.default === null;
  const places = kind.where.map((where) => new Option(WHERE[where].name, where));
  $("fault-where").replaceChildren(...places);
  if (kind.where.includes("context")) $("fault-where").value = "context";
}

/** Write a description as a sentence; what is between double backquotes is code. */
function describe(host, text) {
  const parts = text ? `${text[0].toUpperCase()}${text.slice(1)}.`.split("``") : [];
  host.replaceChildren(...parts.map((part, i) => {
    if (i % 2 === 0) return part;
    const name = document.createElement("code");
    name.textContent = part;
    return name;
  }));
}

function faultOrder() {
  const [name, where] = [$("fault").value, $("fault-where").value];
  const value = $("fault-value").disabled ? null : $("fault-value").value.trim() || null;
  const order = { name, value, after: Number($("fault-after").value), times: Number($("fault-times").value), path: WHERE[where].path };
  return { order, where };
}

async function arm() {
  const { order, where } = faultOrder();
  showCode(code.fault(speechRequest(), order, where));
  const { armed } = await answer(await request("POST", "/emulator/faults", { json: order }), "armed");
  tellArmed(armed);
  return { order, where };
}

function tellArmed(count) {
  say("fault-status", count === 0 ? "No fault is armed." : count === 1 ? "One fault is armed." : `${count} faults are armed.`);
}

async function refresh() {
  const response = await fetch("/emulator");
  if (response.ok) tellArmed((await response.json()).armed_faults);
}

/** Do what runs into a fault at a place; return a sentence about what came. */
const TRIES = {
  context: () => speak({ ...speechRequest(), transport: "websocket", format: rawFormat() }),
  handshake: () => speak({ ...speechRequest(), transport: "websocket", format: rawFormat() }),
  sse: () => speak({ ...speechRequest(), transport: "sse", format: rawFormat() }),
  body: () => speak({ ...speechRequest(), transport: "bytes" }),
  async http() {
    const { data } = await answer(await request("GET", "/voices?limit=1"), "voices");
    if (!Array.isArray(data)) throw new Failure("The answer says 200, and has an error in place of the voices.");
    return `The list came, with ${data.length} voice.`;
  },
  async listener() {
    const order = { ...speechRequest(), transport: "bytes", format: "raw/pcm_s16le/16000" };
    const spoken = await request("POST", "/tts/bytes", { json: wireOf(order) });
    const samples = new Decoder("pcm_s16le").feed(new Uint8Array(await spoken.arrayBuffer()));
    const before = $("turns").querySelectorAll("li:not(.empty)").length;
    const { socket, ended } = await openListener(16000);
    for (let i = 0; i < samples.length; i += 1600) sendAudio(socket, samples.subarray(i, i + 1600));
    sendClose(socket);
    await Promise.race([ended, new Promise((_, reject) => setTimeout(() => {
      socket.close();
      reject(new Failure(`The socket neither ended nor closed for ${STALL_S} seconds.`));
    }, STALL_S * 1000))]);
    const turns = $("turns").querySelectorAll("li:not(.empty)").length - before;
    return `The socket closed as it should, after ${turns} turn${turns === 1 ? "" : "s"}.`;
  },
};

const rawFormat = () => ($("format").value.startsWith("raw") ? $("format").value : "raw/pcm_s16le/24000");

$("fault").addEventListener("change", showFault);
$("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  withButton($("fault-try"), "fault-status", async () => {
    const { where } = await arm();
    $("fault-outcome").hidden = true;
    let outcome;
    let bad = false;
    try {
      outcome = await TRIES[where]();
    } catch (error) {
      outcome = explain(error);
      bad = true;
    }
    $("fault-outcome").hidden = false;
    say("fault-outcome", `${outcome} Run the Python to see what the client makes of it.`, bad);
    await refresh();
  });
});
$("fault-arm").addEventListener("click", () => withButton($("fault-arm"), "fault-status", arm));
$("fault-clear").addEventListener("click", () =>
  withButton($("fault-clear"), "fault-status", async () => {
    tellArmed((await answer(await request("DELETE", "/emulator/faults"), "cleared")).armed);
    $("fault-outcome").hidden = true;
  }),
);

// ---------------------------------------------------------------------------- code

function showCode(program) {
  $("code").textContent = `${program}\n`;
  say("copy-status", "");
}

$("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText($("code").textContent);
    say("copy-status", "Copied.");
  } catch {
    getSelection().selectAllChildren($("code"));
    say("copy-status", "The browser may not copy by itself. The code is selected: press Ctrl+C or ⌘C.", true);
  }
});

// ---------------------------------------------------------------------------- start

async function loadVoices(chosen) {
  const { data } = await answer(await request("GET", "/voices?limit=100"), "voices");
  const list = $("voice");
  const before = chosen ?? list.value;
  list.replaceChildren(...data.map((voice) => new Option(`${voice.name} (${voice.language})`, voice.id)));
  if (data.some((voice) => voice.id === before)) list.value = before;
  list.disabled = !data.length;
}

async function connect() {
  try {
    const about = await answer(await request("GET", "/emulator"), "emulator");
    $("engines").textContent = `cartesia-stream ${about.version} · speaks with ${about.synthesizer}, listens with ${about.recognizer}`;
    kinds = about.faults;
    if (!$("fault").options.length) {
      $("fault").replaceChildren(...kinds.map(({ name }) => new Option(name, name)));
      $("fault").value = "drop";
      showFault();
    }
    tellArmed(about.armed_faults);
    $("key-form").hidden = Boolean(key);
    if (!key) return say("connection", "Paste the key, or open the link that cartesia-stream emulate printed.");
    await loadVoices();
    $("key-form").hidden = true;
    say("connection", "Connected");
  } catch (error) {
    say("connection", explain(error), true);
  }
}

$("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = $("key").value.trim();
  sessionStorage.setItem("key", key);
  connect();
});
addEventListener("hashchange", () => {
  key = takeKey();
  connect();
});
addEventListener("resize", () => drawWave(speech?.player.position ?? 0));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawWave(speech?.player.position ?? 0));

showCode(code.voices());
matchControls();
drawWave();
connect();
