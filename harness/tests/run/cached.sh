#!/bin/sh
# A run that reads its teacher's outputs from the cache ends with the same bits as one that runs the
# teacher in every step; a cache that was changed or belongs to another teacher is refused.
. "$(dirname "$0")/tools.sh"

sed 's/crd {[^}]*}, dml {}/kd {}, at {}, crd { nce_k = 16 }/' "$here/tiny.lua" > "$work/sweep.lua"
"$kdbench" run "$work/sweep.lua" -q -o "$work/runs" || fail "the sweep itself"
content "$work/runs" > "$work/with_cache"

# without_cache FOLDER: what the worker is told, less its caches
without_cache()
{
    lua5.4 - "$1" <<'LUA'
      local json = require "cjson"
      local path = arg[1] .. "/with.json"
      local with = json.decode(assert(io.open(path)):read "a")
      for _, teacher in ipairs(with.teachers) do
        assert(teacher.cache and teacher.cache.train, "no cache was used in the first place")
        teacher.cache = nil
      end
      assert(io.open(path, "w")):write(json.encode(with)):close()
LUA
}

for method in kd at crd; do
    folder=$(dirname "$(find "$work/runs" -path "*/$method/*" -name run.h5)")
    without_cache "$folder"
    rm "$folder/run.h5" "$folder/journal.jsonl"
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$kdbench" worker "$folder" || fail "$method live"
done
content "$work/runs" > "$work/live"
diff "$work/with_cache" "$work/live" || fail "live and cached runs differ"

cache=$(find "$work/runs" -path '*/cache/*' -name train.h5)
printf 'x' | dd of="$cache" bs=1 seek=5000 conv=notrunc 2>/dev/null
find "$work/runs" -path '*/kd/*' -name run.h5 -delete
if "$kdbench" run "$work/sweep.lua" -q -o "$work/runs" 2> "$work/said"; then
    fail "a damaged cache was used"
fi
grep -q "train.h5" "$work/said" || fail "no word about the damaged cache: $(cat "$work/said")"
echo "same bits; a damaged cache is refused"
