// Asking the libraries of the runtime for their versions.
#include "runtime/core/libraries.h"

#include <png.h>
#include <zlib.h>

namespace plumbline::runtime {

std::vector<std::pair<std::string, std::string>> runtime_libraries() {
  return {{"libpng", png_get_libpng_ver(nullptr)}, {"zlib", zlibVersion()}};
}

}  // namespace plumbline::runtime
