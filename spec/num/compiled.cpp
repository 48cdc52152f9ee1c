// The operations of the compound number types, compiled.
#include "spec/num/compiled.h"

namespace plumbline::spec {
PLUMBLINE_COMPILED(template)
}  // namespace plumbline::spec
