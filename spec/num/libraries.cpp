// Asking the libraries of spec/num for their versions.
#include "spec/num/libraries.h"

#include <gmp.h>
#include <mpfi.h>
#include <mpfr.h>

#include <boost/version.hpp>

namespace plumbline::spec {

std::vector<std::pair<std::string, std::string>> number_libraries() {
  const std::string boost = std::to_string(BOOST_VERSION / 100000) + '.' + std::to_string(BOOST_VERSION / 100 % 1000) +
                            '.' + std::to_string(BOOST_VERSION % 100);
  return {{"GMP", gmp_version}, {"MPFR", mpfr_get_version()}, {"MPFI", mpfi_get_version()}, {"Boost", boost}};
}

}  // namespace plumbline::spec
