"""Speak a sentence to a file, through the local emulator."""

from cartesia_emulator import Emulator
from cartesia_stream import Cartesia

with (
    Emulator() as emulator,
    Cartesia(emulator.api_key, base_url=emulator.base_url) as client,
):
    voice = client.voices.list(limit=1).data[0]
    with client.tts.speak("Good morning, everyone!", voice=voice.id) as stream:
        audio = stream.save("hello.wav")
        print(f"{voice.name} spoke for {stream.duration:.1f} s; listen to hello.wav")
