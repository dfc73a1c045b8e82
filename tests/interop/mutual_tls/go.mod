module interop

// What Debian 12 has (1.19) still builds this version of the library.
go 1.18

require golang.org/x/oauth2 v0.24.0
