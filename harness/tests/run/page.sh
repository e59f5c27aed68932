#!/bin/sh
# report.html in a browser, at the width of a desk and of a phone, in light and dark, with and without
# JavaScript: tables sort, filters filter, links lead to runs. The commands that the page gives, copied
# and run, train the same bits again.
. "$(dirname "$0")/tools.sh"
root=$(cd "$here/../../.." && pwd)
browser=$(command -v chromium || command -v chromium-browser) || {
    echo "SKIPPED: there is no chromium (scripts/setup.sh test installs it)"
    exit 77
}

# a tree as a clone has it, with a sweep in scripts/
mkdir -p "$work/tree/scripts" "$work/home"
for name in harness methods datasets; do
    ln -s "$root/$name" "$work/tree/$name"
done
ln -s "$(cd "$1" && pwd)" "$work/tree/build"
KD_HOME=$work/tree
export KD_HOME
sweep()
{
    cat > "$work/tree/scripts/page.lua" <<END
local function track(name, batch, pairs, methods)
  return sweep { name = name, seed = each(0, 1), method = methods, pair = pairs,
    caption = 'a <b>caption</b> & "so on"',
    dataset = idx { train = 192, classes = 10, train_images = "train-images-idx3-ubyte",
                    train_labels = "train-labels-idx1-ubyte", test_images = "t10k-images-idx3-ubyte",
                    test_labels = "t10k-labels-idx1-ubyte" },
    train = { epochs = $1, batch = batch, lr = 0.05, eval_every = 1 },
    teacher = { train = { epochs = 1 } } }
end
local small = { teacher = lenet {}, student = resnet { depth = 8, width = 0.25 } }
return profile { name = "page",
  track("one", 64, each(small, { teacher = lenet {}, student = lenet { width = 0.5 } }),
        each(none {}, kd {}, rkd {}, dml {})),
  track("other", 48, small, each(none {}, kd {})) }
END
}
cd "$work/tree"
sweep 2
build/kdbench run scripts/page.lua -q -o "$work/runs" || fail "the sweep"
build/kdbench report "$work/runs" -q || fail "the report"
page=$work/runs/report/report.html
[ -s "$work/runs/report/one/report.html" ] || fail "a track has no page of its own"

# ---- in the browser ------------------------------------------------------------------

browse() # page, flags...
{
    file=$1
    shift
    HOME=$work/home timeout 300 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --user-data-dir="$work/home/profile" "$@" "file://$file" 2> "$work/browser.log"
}

# what the page around the one that is looked at was told
said() # dom, what
{
    title=$(sed -n 's,.*<title>\(.*\)</title>.*,\1,p' "$1" | head -n 1)
    echo "$2: $title"
    case $title in
    PASSED*) ;;
    *) fail "$2: $title" ;;
    esac
}

# a window cannot be as narrow as a phone, a frame in it can
for width in 1280 390; do
    for dark in true false; do
        sed "s/__WIDTH__/$width/; s/__DARK__/$dark/" "$here/page.js" > "$work/check.js"
        awk -v check="$work/check.js" '/^<\/body>/ { print "<script>"; while ((getline line < check) > 0) print line
            print "</script>" } { print }' "$page" > "$work/checked.html"
        cat > "$work/around.html" <<END
<!DOCTYPE html><title>nothing was said</title>
<script>onmessage = function (said) { document.title = said.data; };</script>
<iframe src="checked.html" style="border: 0; width: ${width}px; height: 800px"></iframe>
END
        colours=$([ $dark = true ] && echo 0 || echo 1)
        browse "$work/around.html" --window-size=1400,900 --virtual-time-budget=10000 \
            --blink-settings=preferredColorScheme="$colours" --dump-dom > "$work/dom" ||
            { tail -5 "$work/browser.log"; fail "the browser ended with an error"; }
        said "$work/dom" "$width pixels, dark $dark"
    done
done

value=$(sed -n 's/^| rkd .*| *\([0-9.]* ± [0-9.]* (2)\).*|$/\1/p' "$work/runs/report/one/accuracy.md" |
    head -n 1)
[ -n "$value" ] || fail "rkd has no result"

# without JavaScript: what would not work is not shown, and the rest can be opened and read
cat > "$work/around.html" <<END
<!DOCTYPE html><title>nothing was said</title>
<iframe sandbox="allow-same-origin" src="runs/report/report.html" width="390" height="800"></iframe>
<script>
onload = function () {
  var page = frames[0].document, wrong = [];
  function check(ok, what) { if (!ok) { wrong.push(what); } }
  function shown(element) { return element.checkVisibility(); }
  var cell = page.querySelector("details.cell");
  check(!shown(page.getElementById("filters")), "filters that do nothing");
  check(!page.querySelector("thead button"), "heads that do nothing");
  check(shown(page.querySelector("table.sortable tbody tr[data-m]")), "no rows");
  check(!shown(cell.querySelector("table")), "runs that are open");
  cell.querySelector("summary").click();
  check(shown(cell.querySelector("table")), "runs that cannot be opened");
  ["$value", 'a <b>caption</b> & "so on"', "Over tracks", "Results by method"].forEach(function (text) {
    check(page.body.innerText.indexOf(text) >= 0, "no " + text);
  });
  document.title = wrong.length > 0 ? "FAILED " + wrong.join("; ") : "PASSED";
};
</script>
END
browse "$work/around.html" --allow-file-access-from-files --virtual-time-budget=10000 --dump-dom \
    > "$work/dom" || fail "without JavaScript"
said "$work/dom" "without JavaScript"
# on paper: what is read, and no controls
browse "$page" --no-pdf-header-footer --print-to-pdf="$work/page.pdf" || fail "on paper"
pdftotext -layout "$work/page.pdf" "$work/paper"
for text in "$value" "Over tracks" "Results by method"; do
    grep -qF -- "$text" "$work/paper" || fail "'$text' is not on paper"
done
grep -q "Show all\|Skip to" "$work/paper" && fail "controls are on paper"

# ---- the commands ----------------------------------------------------------------------

# writes the commands of a page: what must be typed first, if anything, then each run's
commands() # page, part of the cell's place
{
    python3 - "$1" "$2" <<'END'
import html, re, sys
page = open(sys.argv[1]).read()
cell = next(c for c in re.findall(r'<details class="cell".*?\n</details>', page, re.S)
            if sys.argv[2] in c.split(">")[0])
run = re.search(r'<details class="commands">.*?</details>', cell, re.S).group(0)
for code in re.findall(r"<code>(?!make<)(.*?)</code>", run, re.S):
    print(html.unescape(code), end="\n\0\n")
END
}

# the bits of the one run of $2 that a command left are those that the page is about
same_bits() # what
{
    found=$(cd "$work/tree/results/runs/rerun" && find . -name run.h5 -path "$1" | sed 's,^\./,,')
    [ "$(echo "$found" | wc -l)" = 1 ] && [ -n "$found" ] || fail "not one run like $1: $found"
    h5diff_of "$work/tree/results/runs/rerun/$found" "$work/runs/$found"
}

h5diff_of()
{
    for file in "$1" "$2"; do
        h5dump -a /content_sha256 "$file" | sed -n 's/.*(0): "\(.*\)"/\1/p'
    done > "$work/sums"
    [ "$(wc -l < "$work/sums")" = 2 ] || fail "a file without checksum: $1, $2"
    [ "$(uniq "$work/sums" | wc -l)" = 1 ] || fail "$1 is not $2, bit for bit"
}

# the nth command of a page's cell, in the shell
type_in() # page, cell, n
{
    commands "$1" "$2" | awk -v RS='\n\\0\n' -v n="$3" 'NR == n' > "$work/typed"
    [ -s "$work/typed" ] || fail "no command $3 of $2"
    sh -eu "$work/typed" > "$work/said" 2>&1 || { cat "$work/typed" "$work/said"; fail "a copied command"; }
}

type_in "$page" "one--kd--lenet-resnet8" 2
grep -q '^build/kdbench run scripts/page.lua --only ' "$work/typed" || fail "$(cat "$work/typed")"
same_bits '*/one/*/kd/*/seed1-*'
[ "$(find results -name run.h5 | wc -l)" = 2 ] || fail "more was run than a run and its teacher"

# a teacher alone
rm -r results
type_in "$page" "other--teacher--lenet-resnet8" 1
same_bits '*/other/*/teacher/*'
[ "$(find results -name run.h5 | wc -l)" = 1 ] || fail "more was run than a teacher"

# the sweep was changed since: what was asked for is in the page
rm -r results
sweep 1
build/kdbench report "$work/runs" -q -o "$work/later" || fail "a later report"
later=$work/later/report.html
type_in "$later" "one--rkd--lenet-lenet" 1
grep -q '^mkdir -p results/runs/rerun/one$' "$work/typed" || fail "$(cat "$work/typed")"
type_in "$later" "one--rkd--lenet-lenet" 3
grep -q '^build/kdbench resume results/runs/rerun/one --only ' "$work/typed" || fail "$(cat "$work/typed")"
same_bits '*one/*/rkd/*/seed1-*'
echo "report.html works in $("$browser" --version 2> /dev/null)"
