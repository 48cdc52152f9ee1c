// The machine and the build that a report speaks of.
#include <fstream>

#include "crosscheck/report/report.h"
#include "spec/lang/result.h"

namespace plumbline::crosscheck {

namespace {

std::string cpu_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "unknown";
}

std::string compiler_name() {
#if defined(__clang__)
  return spec::concat("clang ", __clang_major__, '.', __clang_minor__, '.', __clang_patchlevel__);
#else
  return spec::concat("g++ ", __GNUC__, '.', __GNUC_MINOR__, '.', __GNUC_PATCHLEVEL__);
#endif
}

}  // namespace

std::string version() { return PLUMBLINE_VERSION; }

Host this_host() { return {cpu_name(), compiler_name(), PLUMBLINE_FLAGS, ""}; }

}  // namespace plumbline::crosscheck
