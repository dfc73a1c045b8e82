"""Rules of requests that are answered on another device."""
