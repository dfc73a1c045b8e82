// FAPI 2.0 with certificates (RFC 8705) by golang.org/x/oauth2, through whatever ends TLS before the provider.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const redirectURI = "http://localhost:9999/callback"

type endpoints struct {
	Authorization string `json:"authorization_endpoint"`
	Introspection string `json:"introspection_endpoint"`
	Push          string `json:"pushed_authorization_request_endpoint"`
	Registration  string `json:"registration_endpoint"`
	Token         string `json:"token_endpoint"`
	Userinfo      string `json:"userinfo_endpoint"`
}

type metadata struct {
	endpoints
	Aliases endpoints `json:"mtls_endpoint_aliases"`
}

func main() {
	var task struct {
		Issuer      string         `json:"issuer"`
		Certificate string         `json:"certificate"` // PEM file, with the key
		Metadata    map[string]any `json:"metadata"`
	}
	check(json.Unmarshal([]byte(os.Args[1]), &task))
	pair, err := tls.LoadX509KeyPair(task.Certificate, task.Certificate)
	check(err)
	shown := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}}}}
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, shown)

	var provider metadata
	read(&provider, must(http.Get(task.Issuer+"/.well-known/openid-configuration")))
	wanted := map[string]any{
		"profile":       "fapi2",
		"redirect_uris": []string{redirectURI},
		"grant_types":   []string{"authorization_code", "refresh_token", "client_credentials"},
		"tls_client_certificate_bound_access_tokens": true,
	}
	for name, value := range task.Metadata {
		wanted[name] = value
	}
	body, err := json.Marshal(wanted)
	check(err)
	var registered struct {
		ClientID string `json:"client_id"`
	}
	read(&registered, must(http.Post(provider.Registration, "application/json", bytes.NewReader(body))))

	// The request is pushed with the certificate; the library writes it, and knows of no endpoint for it.
	conf := &oauth2.Config{
		ClientID:    registered.ClientID,
		RedirectURL: redirectURI,
		Scopes:      []string{"openid", "offline_access", "identity"},
		Endpoint: oauth2.Endpoint{
			AuthURL: provider.Authorization, TokenURL: provider.Aliases.Token, AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	verifier := oauth2.GenerateVerifier()
	asked := must(url.Parse(conf.AuthCodeURL(
		"state", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("acr_values", "urn:vneid:level:2"),
	)))
	var pushed struct {
		RequestURI string `json:"request_uri"`
	}
	read(&pushed, must(shown.PostForm(provider.Aliases.Push, asked.Query())))
	answer := visit(provider.Authorization + "?" + url.Values{
		"client_id": {registered.ClientID}, "request_uri": {pushed.RequestURI},
	}.Encode())
	if answer.Get("state") != "state" || answer.Get("iss") != task.Issuer {
		log.Fatalf("another answer: %v", answer)
	}

	token := must(conf.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier)))
	learnt := map[string]any{"scope": token.Extra("scope")}
	learnt["userinfo"] = read(nil, must(conf.Client(ctx, token).Get(provider.Aliases.Userinfo)))
	learnt["introspected"] = read(nil, must(shown.PostForm(provider.Aliases.Introspection, url.Values{
		"client_id": {registered.ClientID}, "token": {token.AccessToken},
	})))
	// A token that was taken away is worth nothing at either name without the certificate.
	stolen := oauth2.NewClient(context.Background(), oauth2.StaticTokenSource(token))
	for _, address := range []string{provider.Userinfo, provider.Aliases.Userinfo} {
		if refused := must(stolen.Get(address)); refused.StatusCode != http.StatusUnauthorized {
			log.Fatalf("%s takes a stolen token: %s", address, refused.Status)
		}
	}
	expired := *token
	expired.Expiry = time.Now().Add(-time.Minute)
	refreshed := must(conf.TokenSource(ctx, &expired).Token())
	learnt["refreshed"] = refreshed.AccessToken != token.AccessToken && refreshed.RefreshToken == token.RefreshToken
	own := clientcredentials.Config{
		ClientID: registered.ClientID, TokenURL: provider.Aliases.Token, AuthStyle: oauth2.AuthStyleInParams,
		Scopes: []string{"binding:social_account"},
	}
	learnt["own"] = must(own.Token(ctx)).Type()
	say(map[string]any{"learnt": learnt})
}

// visit lets the person visit an address, and returns the parameters with which the provider sent the browser back.
func visit(address string) url.Values {
	say(map[string]any{"visit": address})
	line := must(bufio.NewReader(os.Stdin).ReadString('\n'))
	return must(url.Parse(strings.TrimSpace(line))).Query()
}

func say(message any) {
	fmt.Println(string(must(json.Marshal(message))))
}

func read(into any, answer *http.Response) any {
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		var text bytes.Buffer
		_, _ = text.ReadFrom(answer.Body)
		log.Fatalf("%s: %s %s", answer.Request.URL, answer.Status, &text)
	}
	if into == nil {
		into = &map[string]any{}
	}
	check(json.NewDecoder(answer.Body).Decode(into))
	return into
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
