// Messages, put together from their fragments.
#include "spec/lang/result.h"

namespace plumbline::spec {

std::string joined(std::initializer_list<Fragment> fragments) {
  std::ostringstream out;
  for (const Fragment& fragment : fragments) out << fragment;
  return out.str();
}

tl::unexpected<Error> failure(std::initializer_list<Fragment> fragments) {
  return tl::unexpected<Error>(Error(joined(fragments)));
}

}  // namespace plumbline::spec
