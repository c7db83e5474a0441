"""HTTP logic shared by sync and async: settings, requests, HTTP/1.1, deadlines, tokens, proxies."""
