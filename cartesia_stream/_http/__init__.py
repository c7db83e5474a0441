"""What calls need in both faces: settings, requests, HTTP/1.1, deadlines, tokens, proxies."""
