# Writes OUT: a C table of folder -> SHA-256 of its sources, and the commit they are from. A run
# stores these, so that a table never mixes results of different sources unseen.
#   cmake -DROOT=... -DOUT=... -P sources.cmake

# the rest of the arguments: folders
function(hash_sources result)
  set(all "")
  foreach(folder ${ARGN})
    file(GLOB files RELATIVE ${ROOT} ${ROOT}/${folder}/*.c ${ROOT}/${folder}/*.h)
    list(SORT files)
    foreach(file ${files})
      file(SHA256 ${ROOT}/${file} one)
      string(APPEND all "${file} ${one}\n")
    endforeach()
  endforeach()
  string(SHA256 hash "${all}")
  set(${result} ${hash} PARENT_SCOPE)
endfunction()

set(rows "")
hash_sources(engine harness/engine harness/data harness/train)
hash_sources(models harness/models)
string(APPEND rows "    \"harness/engine\", \"${engine}\",\n")
string(APPEND rows "    \"harness/models\", \"${models}\",\n")
# by itself too: sha256sum says the same
file(SHA256 ${ROOT}/harness/engine/conv_table.c table)
string(APPEND rows "    \"harness/engine/conv_table.c\", \"${table}\",\n")
foreach(kind methods datasets)
  file(GLOB folders RELATIVE ${ROOT} ${ROOT}/${kind}/*)
  foreach(folder ${folders})
    if(IS_DIRECTORY ${ROOT}/${folder})
      hash_sources(hash ${folder})
      string(APPEND rows "    \"${folder}\", \"${hash}\",\n")
    endif()
  endforeach()
endforeach()

set(commit "unknown")
set(dirty 0)
execute_process(COMMAND git -C ${ROOT} rev-parse HEAD OUTPUT_VARIABLE out RESULT_VARIABLE failed
                ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT failed)
  set(commit ${out})
  execute_process(COMMAND git -C ${ROOT} status --porcelain -- harness methods datasets
                  OUTPUT_VARIABLE out ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(out)
    set(dirty 1)
  endif()
endif()

set(text "/* generated */\nextern const char *const kdi_source_hashes[];\nextern const char *const kdi_source_commit;\nextern const int kdi_source_dirty;\nconst char *const kdi_source_hashes[] = {\n${rows}    0,\n};\nconst char *const kdi_source_commit = \"${commit}\";\nconst int kdi_source_dirty = ${dirty};\n")
set(old "")
if(EXISTS ${OUT})
  file(READ ${OUT} old)
endif()
if(NOT old STREQUAL text)
  file(WRITE ${OUT} "${text}")
endif()
