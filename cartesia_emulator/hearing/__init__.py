"""Sound to text: the engines that recognise speech."""
