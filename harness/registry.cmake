# kd_registry(kind type header out id...) writes registry_<kind>.c into the build folder: the table
# kdi_<kind>s of all kd_<kind>_<id>, sorted, NULL at its end. `out` becomes the file's path.
function(kd_registry kind type header out)
  set(ids ${ARGN})
  list(SORT ids)
  set(declared "")
  set(rows "")
  foreach(id ${ids})
    string(APPEND declared "extern const ${type} kd_${kind}_${id};\n")
    string(APPEND rows "    &kd_${kind}_${id},\n")
  endforeach()
  set(path ${CMAKE_CURRENT_BINARY_DIR}/registry_${kind}.c)
  file(CONFIGURE OUTPUT ${path} @ONLY CONTENT
"/* Made by CMake: every ${kind} found in the source tree. */
#include <${header}>
${declared}
extern const ${type} *const kdi_${kind}s[];
const ${type} *const kdi_${kind}s[] = {
${rows}    NULL,
};
")
  set(${out} ${path} PARENT_SCOPE)
endfunction()

# ids of plugins that are folders: .../kd/kd.c gives kd
function(kd_folder_ids out)
  set(ids "")
  foreach(file ${ARGN})
    get_filename_component(folder ${file} DIRECTORY)
    get_filename_component(id ${folder} NAME)
    list(APPEND ids ${id})
  endforeach()
  list(REMOVE_DUPLICATES ids)
  set(${out} ${ids} PARENT_SCOPE)
endfunction()

# ids of models: what KD_MODEL(id, ...) says in their sources
function(kd_model_ids out)
  set(ids "")
  foreach(file ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(STRINGS ${file} lines REGEX "^KD_MODEL\\([a-z0-9_]+")
    foreach(line ${lines})
      string(REGEX REPLACE "^KD_MODEL\\(([a-z0-9_]+).*" "\\1" id "${line}")
      list(APPEND ids ${id})
    endforeach()
  endforeach()
  set(${out} ${ids} PARENT_SCOPE)
endfunction()
