"""Text to sound: the engines that speak, and what they need to know about text and voices."""
