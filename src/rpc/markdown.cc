#include "rpc/markdown.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <iterator>

#include "rpc/json_rpc.h"
#include "rpc/method_spec.h"
#include "rpc/pretty_json.h"

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

constexpr std::string_view kIntroduction = R"(# The API of dcportals

Printed from the code by `rpc::render_markdown()`; a test fails when the two differ. Change the declarations, not this page.

`dcportald` answers JSON-RPC 2.0 over HTTP. The ML2 driver and `dcportalctl` use nothing else.

## Transport
`POST /` (or `/rpc`) at `http://127.0.0.1:8696` with `Content-Type: application/json`; the body is a request or a batch.
```
curl -s http://127.0.0.1:8696 -H 'Content-Type: application/json' \
  -d '{"jsonrpc": "2.0", "id": 1, "method": "network.list"}'
```
An answer comes with status 200, also when it is an error of a method; a request of notifications only is answered 204 without a body.
What is no such request gets an HTTP error and a line of text:

| status | means |
|---|---|
| 400 | not HTTP/1.0 or 1.1, or plain HTTP where TLS is configured |
| 401 | a token is configured, and `Authorization: Bearer <token>` is missing or has another |
| 403 | an `Origin` header: the request comes from a web page, which has no business here |
| 404 | a path other than `/` and `/rpc` |
| 405 | a method other than POST |
| 408 | the rest of a request did not arrive in time |
| 413 | the body is too long |
| 415 | the body is not `application/json` in UTF-8, or is compressed |
| 417 | an expectation other than `100-continue` |
| 431 | the headers are too long |
| 503 | the bodies of all requests in hand are too long together; try again |

Connections are kept alive and may be pipelined: requests of one connection are answered in their order. When all places for connections
are taken, the one that has been idle longest is closed; new connections beyond the configured rate wait. The daemon refuses to start on
an address that is not loopback unless a token is configured.

With `[api] tls_certificate_file` and `tls_key_file` the daemon speaks TLS 1.2 or 1.3 and nothing else: URLs start with `https://`, plain
HTTP is answered 400. Clients must check that the certificate comes from a CA that they trust, and is for the host that they asked for;
`dcportalctl --ca-file FILE` and `curl --cacert FILE` name that CA. Clients show themselves by the token, not by certificates. A handshake
has as long as the head of a request. The files are read at start: restart the daemon when they have been renewed. Without TLS on an
address that is not loopback, the daemon warns in its log (`event=token_in_clear`): everybody on the way can read the token.

## Requests
Parameters go by name: `params` is an object. An unknown parameter is an error, `null` stands for an optional one that is absent. Ids are
strings, whole numbers of at most 64 bits, or null. A text has at most 255 characters. The calls of a batch run one after the other, each
by itself: for all-or-nothing use `topology.apply`.
)";

constexpr std::string_view kRevisions = R"(
## Idempotence and revisions
`put` creates or replaces the whole object by its id, `delete` removes it; each may be sent again after a lost answer, and then says
that nothing changed. An answer means: on disk, and known to the flow compiler; `sync.wait` tells when the switches have it.

With `revision_number` (Neutron's) requests may also overtake each other: one older than the object's kept revision is refused as `stale`
and not applied. A delete leaves its revision behind, so that an older put that comes later does not bring the object back.

What the daemon itself adds to an object stands under `computed` and is no parameter of put; nor is what operators choose about forwarding
(`network.configure`), which every put leaves as it is.
)";

void render_limits(std::string& out) {
  const Limits limits;
  fmt::format_to(std::back_inserter(out),
                 "\nLimits: {} MiB a request, {} levels of nesting, {} calls a batch, {} MiB of answers a batch.\n",
                 limits.request_bytes >> 20, limits.depth, limits.batch_calls, limits.batch_answer_bytes >> 20);
}

void render_errors(std::string& out) {
  out += "\n## Errors\n";
  out +=
      "`message` is for people; `data.reason` is the code as a word; `data.field`, where there is one, is the path of the "
      "offending\n";
  out += "parameter. A call that failed has changed nothing; only after `internal` it may be unknown.\n```json\n";
  out +=
      R"({"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "revision_number: revision 3 is older than the kept 4", "data": {"reason": "stale", "field": "revision_number"}}})";
  out += "\n```\n\n| code | reason | means |\n|---|---|---|\n";
  for (const ErrorSpec& error : error_specs()) {
    fmt::format_to(std::back_inserter(out), "| {} | `{}` | {} |\n", static_cast<int>(error.code), error.reason, error.meaning);
  }
}

std::string described(const ParamSpec& param) {
  if (param.choices.empty()) return std::string(param.description);
  std::string choices;
  for (const char c : param.choices) choices += c == '|' ? "`, `" : std::string(1, c);
  return fmt::format("{}. One of `{}`", param.description, choices);
}

// As GitHub makes it from a heading.
std::string anchor(std::string_view heading) {
  std::string out(heading);
  std::erase(out, '.');
  return out;
}

void render_method(std::string& out, const MethodSpec& method) {
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "\n### {}\n{}\n", method.name, method.summary);
  if (!method.params.empty()) out += "\n| parameter | type | | |\n|---|---|---|---|\n";
  for (const ParamSpec& param : method.params) {
    fmt::format_to(to, "| `{}` | {} | {} | {} |\n", param.name, type_name(param.type), param.required ? "required" : "",
                   described(param));
  }
  json::object request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method.name}};
  if (!method.params.empty()) request["params"] = json::parse(method.example_params);
  const json::object answer{{"jsonrpc", "2.0"}, {"id", 1}, {"result", json::parse(method.example_result)}};
  fmt::format_to(to, "\nResult: {}.\n```json\n{}\n{}\n```\n", method.result, pretty_json(request), pretty_json(answer));
}

}  // namespace

std::string render_markdown() {
  std::string out(kIntroduction);
  render_limits(out);
  render_errors(out);
  out += kRevisions;
  out += "\n## Methods\n";
  for (const MethodSpec& method : method_specs()) {
    fmt::format_to(std::back_inserter(out), "- [{}](#{}): {}\n", method.name, anchor(method.name), method.summary);
  }
  for (const MethodSpec& method : method_specs()) render_method(out, method);
  return out;
}

}  // namespace dcportals::rpc
