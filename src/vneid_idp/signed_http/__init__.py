"""Questions to a server of an authority over HTTP, each signed, and answers that are believed as they are signed.

RFC 9421 HTTP Message Signatures, RFC 9530 Content-Digest; the signature of an answer covers that of its request, so
that it answers this question and no other. The population register (`registry_client`) and the matcher of faces
(`matcher_client`) are asked this way. Routes: none.
"""
