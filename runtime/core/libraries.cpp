// Asking the libraries of the kernels for their versions.
#include "runtime/core/libraries.h"

#include <oneapi/dnnl/dnnl.h>

namespace plumbline::runtime {

std::vector<std::pair<std::string, std::string>> kernel_libraries() {
  const auto dotted = [](int a, int b, int c) {
    return std::to_string(a) + '.' + std::to_string(b) + '.' + std::to_string(c);
  };
  const dnnl_version_t* dnnl = dnnl_version();
  return {{"oneDNN", dotted(dnnl->major, dnnl->minor, dnnl->patch)}};
}

}  // namespace plumbline::runtime
