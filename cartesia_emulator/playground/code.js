// Python for what was just done. Each program runs as it is, with the two variables of `emulate`.

// JSON strings are Python strings too, as long as every surrogate pair is written as one character.
export const text = (value) => JSON.stringify(value);

const indent = (lines, by = 4) => lines.map((line) => (line ? " ".repeat(by) + line : line));

const FORMATS = {
  "raw/pcm_s16le/24000": null, // what the client asks for by itself
  "raw/pcm_s16le/16000": "PCM_16K",
  "raw/pcm_mulaw/8000": "TELEPHONY",
};

function formatOf(format) {
  if (format in FORMATS) return FORMATS[format];
  const [container, second, rate] = format.split("/");
  return container === "mp3"
    ? `AudioFormat("mp3", None, ${rate}, ${second})`
    : `AudioFormat(${text(container)}, ${text(second)}, ${rate})`;
}

function options(request, { timestamps = false } = {}) {
  const found = [];
  if (request.model !== "sonic-latest") found.push(`model_id=${text(request.model)}`);
  const format = formatOf(request.format);
  if (format) found.push(`output_format=${format}`);
  const config = Object.entries(request.config).map(([name, value]) => `${text(name)}: ${text(value)}`);
  if (config.length) found.push(`generation_config={${config.join(", ")}}`);
  if (timestamps) found.push("add_timestamps=True");
  return found;
}

function imports(request, ...names) {
  const format = request ? formatOf(request.format) : null;
  if (format) names.push(format.split("(")[0]);
  // In the order of ruff: constants, then classes.
  const isConstant = (name) => name === name.toUpperCase();
  names.sort((a, b) => isConstant(b) - isConstant(a) || (a < b ? -1 : 1));
  return `from cartesia_stream import ${names.join(", ")}`;
}

const METHODS = { websocket: "speak", sse: "generate_sse", bytes: "generate" };

function call(request, settings) {
  const rest = [`voice=${text(request.voice)}`, ...options(request, settings)];
  return [
    `client.tts.${METHODS[request.transport]}(`,
    ...indent([`${text(request.text)},`, ...rest.map((item) => `${item},`)]),
    ")",
  ];
}

const extension = (request) => (request.format.startsWith("mp3") ? "mp3" : "wav");

export function speak(request) {
  const [first, ...rest] = call(request, { timestamps: request.transport !== "bytes" });
  const words = request.transport === "bytes" ? [] : ["", "for word in speech.words:", "    print(f\"{word.start:6.2f} s  {word.text}\")"];
  return [
    imports(request, "Cartesia"),
    "",
    "with Cartesia() as client:",
    ...indent([`speech = ${first}`, ...rest, `speech.save("speech.${extension(request)}")`, ...words]),
    ...(words.length ? [] : indent(['print(f"{speech.duration:.2f} s of audio")'])),
  ].join("\n");
}

export function interrupt(request, at) {
  const lines = call({ ...request, transport: "websocket" }, { timestamps: true });
  const last = lines.pop();
  lines[0] = `with ${lines[0]}`;
  return [
    imports(request, "Cartesia"),
    "",
    `playhead = ${at.toFixed(2)}  # seconds that were played when you interrupted`,
    "",
    "with Cartesia() as client:",
    ...indent([
      ...lines,
      `${last} as speech:`,
      "    for block in speech.audio():",
      "        # play the block here",
      "        if speech.duration > playhead:",
      "            break  # leaving the block cancels the rest",
      "    print(\"heard:\", speech.heard(at=playhead))",
    ]),
  ].join("\n");
}

export function transcribe(file) {
  return [
    "from cartesia_stream import Cartesia",
    "",
    "with Cartesia() as client:",
    ...indent([
      `with open(${text(file)}, "rb") as recording:`,
      "    heard = client.stt.transcribe(",
      "        file=recording, model=\"ink-whisper\", timestamp_granularities=[\"word\"]",
      "    )",
      "print(heard.text)",
    ]),
  ].join("\n");
}

export function clone(file, name) {
  return [
    "from cartesia_stream import Cartesia",
    "",
    "with Cartesia() as client:",
    ...indent([
      `with open(${text(file)}, "rb") as clip:`,
      `    voice = client.voices.clone(clip=clip, name=${text(name)}, language="en")`,
      "speech = client.tts.speak(\"This is my new voice.\", voice=voice.id)",
      "speech.save(\"clone.wav\")",
      "print(voice.id)",
    ]),
  ].join("\n");
}

export function listen(file) {
  return [
    "from cartesia_stream import Cartesia, TurnEnded, TurnStarted, TurnUpdated",
    "",
    "with Cartesia() as client:",
    `    with client.stt.listen(${text(file)}) as listening:`,
    ...indent([
      "for event in listening:",
      "    match event:",
      "        case TurnStarted():",
      "            print(\"a turn began\")",
      "        case TurnUpdated(text=text):",
      "            print(\"so far:\", text)",
      "        case TurnEnded(text=text):",
      "            print(\"turn:\", text)",
    ], 8),
  ].join("\n");
}

const TRIES = {
  context: (request) => indent([...assigned({ ...request, transport: "websocket" })]),
  handshake: (request) => indent([...assigned({ ...request, transport: "websocket" })]),
  sse: (request) => indent([...assigned({ ...request, transport: "sse" })]),
  body: (request) => indent([...assigned({ ...request, transport: "bytes" })]),
  http: () => ['    voices = client.voices.list(limit=1)', '    print("no error:", len(voices.data), "voice")'],
  listener: (request) => [
    ...indent(["speech = client.tts.speak(", `    ${text(request.text)}, voice=${text(request.voice)}`, ")", "audio = speech.collect()"]),
    "    heard = client.stt.listen(audio.data, format=audio.format, pace=None).collect()",
    '    print("no error:", heard.text)',
  ],
};

function assigned(request) {
  const [first, ...rest] = call(request, {});
  return [`speech = ${first}`, ...rest, "audio = speech.collect()", 'print(f"no error: {audio.duration:.2f} s of audio")'];
}

export function fault(request, order, where) {
  const format = where === "listener" || where === "http" ? null : request;
  const fields = Object.entries(order).filter(([, value]) => value !== null);
  const [name, ...rest] = imports(format, "Cartesia", "CartesiaError").split("\n");
  return [
    "import json",
    "import os",
    "from urllib.request import Request, urlopen",
    "",
    name,
    ...rest,
    "",
    "",
    "def arm(**fault: object) -> None:",
    ...indent([
      "key = os.environ[\"CARTESIA_API_KEY\"]",
      "headers = {\"Authorization\": f\"Bearer {key}\", \"Content-Type\": \"application/json\"}",
      "url = os.environ[\"CARTESIA_BASE_URL\"] + \"/emulator/faults\"",
      "urlopen(Request(url, json.dumps(fault).encode(), headers)).close()",
    ]),
    "",
    "",
    `arm(${fields.map(([key, value]) => `${key}=${text(value)}`).join(", ")})`,
    "try:",
    "    with Cartesia() as client:",
    ...indent(TRIES[where](request)),
    "except CartesiaError as error:",
    "    print(f\"{type(error).__name__}: {error}\")",
  ].join("\n");
}

export function voices() {
  return [
    "from cartesia_stream import Cartesia",
    "",
    "with Cartesia() as client:",
    "    for voice in client.voices.list(limit=10).data:",
    "        print(voice.id, voice.name)",
  ].join("\n");
}
