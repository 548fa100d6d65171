# document.jq - judges the document of `tlswhy check --json`: prints complaints, nothing when it is good.
#
# Its inputs are files; $plan has a line for each: file, exit status, and what is expected, separated by
# tabs. Expected is the verdict, then CAUSE... ?CAUSE !CAUSE +CAUSE ~ as tests/lib/e2e.sh says. A
# complaint is printed behind the name of its file and a tab.

def complain($bad; $words): if $bad then $words else empty end;
def exact_keys($path; $want): keys_unsorted as $have |
    complain($have[:($want | length)] != $want; "\($path) has the keys \($have | join(" ")), not \($want | join(" "))");
def filled: type == "string" and length > 0;

def finding_keys: ["cause", "confidence", "columns", "summary", "detail", "for", "against", "missing", "fix", "reproduce"];

def finding($path; $seen; $sure):
    exact_keys($path; finding_keys),
    complain(.summary | filled | not; "\($path) has no summary"),
    complain($sure and (.fix | filled | not); "\($path) (\(.cause)) has no fix"),
    complain(.reproduce | filled | not; "\($path) (\(.cause)) has no reproduce"),
    complain(.for == []; "\($path) (\(.cause)) has no evidence"),
    complain((.for + .against) - $seen != []; "\($path) (\(.cause)) names evidence that is not there"),
    complain(.columns == []; "\($path) (\(.cause)) concerns no column"),
    complain(.summary + (.fix // "") | test("\\{[a-z_]+\\}|\\(null\\)|%[sdz]|  |[[:cntrl:]]"); "\($path) reads badly: \(.summary) / \(.fix)");

def column($seen):
    exact_keys("column \(.id)"; ["id", "endpoint", "label", "vantage", "address", "verdict", "facts", "attempts", "chain", "accepts", "clients"]),
    (.facts | to_entries[] | .key as $name | .value |
        exact_keys("fact \($name)"; ["state", "value", "evidence", "ms"]),
        complain(.state | IN("yes", "no", "unsure", "not-asked", "could-not-ask") | not; "fact \($name) has the state \(.state)"),
        complain(.evidence != null and ([.evidence] - $seen != []); "fact \($name) names evidence that is not there"),
        complain(.ms != null and (.ms | type) != "number"; "fact \($name) took \(.ms)")),
    (.attempts | exact_keys("attempts"; ["made", "failed", "groups"])),
    (.chain | values | exact_keys("chain"; ["sent", "built"])),
    (.accepts | values | exact_keys("accepts"; ["versions", "ciphers", "server_order", "groups", "sigalgs"])),
    complain(.verdict | IN("ok", "failing", "unsure") | not; "a column's verdict is \(.verdict)");

def document:
    (.evidence | keys) as $seen |
    exact_keys("the document"; ["tlswhy", "schema", "started", "verdict", "columns", "diagnosis", "candidates", "warnings", "evidence", "checklist", "differences"]),
    complain(.schema != 1; "schema is \(.schema)"),
    complain(.started | test("^[0-9-]{10}T[0-9:]{8}([.][0-9]+)?Z$") | not; "started is \(.started)"),
    complain(.columns == []; "there is no column"),
    (.columns[] | column($seen)),
    (.evidence | to_entries[] | .key as $id | .value |
        exact_keys("evidence \($id)"; ["column", "probe", "time", "text", "bytes"]),
        complain(.bytes != null and (.bytes | test("^([0-9a-f]{2})+$") | not); "evidence \($id): bytes are not hex"),
        complain((.text // "") | test("[[:cntrl:]]"); "evidence \($id) has control characters")),
    (.diagnosis[] | finding("a diagnosis"; $seen; true), complain(.confidence < 0.5; "a diagnosis of confidence \(.confidence)")),
    (.candidates[] | finding("a candidate"; $seen; false), complain(.confidence >= 0.5; "a candidate of confidence \(.confidence)"),
        complain(.missing == []; "the candidate \(.cause) does not say what would settle it")),
    (.warnings[] | finding("a warning"; $seen; true)),
    complain(.verdict == "ok" and .diagnosis != []; "ok, and there is a diagnosis"),
    complain(.verdict != "ok" and all(.columns[]; .verdict == "ok"); "\(.verdict), and all columns are ok");

def expectation($expected; $code):
    ($expected | split(" ")) as [$verdict] | ($expected | split(" ")[1:]) as $words |
    (if $words | index("*") then [.diagnosis[].cause] else [$words[] | select(test("^[a-z]"))] end) as $causes |
    (if $verdict == "ok" then "0" elif $causes == [] then "4" else "1" end) as $exit |
    [.diagnosis[].cause] as $named | [.candidates[].cause] as $candidates | [.warnings[].cause] as $warned |
    complain(.verdict | IN($verdict | split("/")[]) | not; "the verdict is \(.verdict), not \($verdict)"),
    complain($code != $exit; "the exit status is \($code), not \($exit)"),
    complain($named != $causes; "it names \($named | join(" ") | if . == "" then "no cause" else . end), not \($causes | join(" ") | if . == "" then "none" else . end)"),
    ($words[] | select(startswith("?"))[1:] as $c | complain($candidates | index($c) | not; "\($c) is not among the candidates \($candidates)")),
    ($words[] | select(startswith("!"))[1:] as $c | complain($named + $candidates | index($c); "\($c) is suspected")),
    ($words[] | select(startswith("+"))[1:] as $c | complain($warned | index($c) | not; "\($c) is not among the warnings \($warned)")),
    complain(($words | index("~")) and $warned != []; "it warns: \([.warnings[].summary])");

def context: "verdict \(.verdict): \([(.diagnosis, .candidates)[] | "\(.cause) (\(.confidence)) \(.summary)"] | join(" | "))";

($plan | split("\n") | map(select(startswith(input_filename + "\t"))) | first | split("\t")) as [$file, $code, $expected] |
[document, expectation($expected; $code)] as $all |
if $all == [] then empty else ($all[], context) end | gsub("[\t\n]"; " ") | $file + "\t" + .
