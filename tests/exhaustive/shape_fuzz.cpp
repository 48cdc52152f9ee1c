// Shape rules told anything at all: no crash, no overflow, no large allocation. `shape_fuzz [cases [seed]]`
#include "tests/exhaustive/shape_fuzz.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>
#include <stdexcept>

namespace plumbline::test {
namespace {

std::size_t& bytes_asked() {
  static std::size_t bytes = 0;
  return bytes;
}

}  // namespace

std::size_t allocated_bytes() { return std::exchange(bytes_asked(), 0); }

void broken(std::string_view op, const crosscheck::LooseCall& call, const std::string& what) {
  std::string text = std::string(op);
  for (const spec::Attribute& a : call.attributes) text += " " + a.name + "=" + a.value;
  text += " of";
  for (const spec::Shape& s : call.shapes) text += spec::concat(' ', s);
  throw std::logic_error(text + ": " + what);
}

namespace {

int run(std::uint64_t cases, std::uint64_t seed) {
  const FuzzedOps ops = fuzzed_ops();
  std::map<Met, std::uint64_t> totals;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    crosscheck::RandomChoices random(seed, "shape_fuzz", ops[i].name, 0);
    for (std::uint64_t k = i; k < cases; k += ops.size()) try {
        ++totals[ops[i].once(random)];
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
      }
  }
  std::printf("%zu ops, %llu cases: %llu accepted, %llu refused, %llu unreadable; none asked for more than %zu bytes\n",
              ops.size(), static_cast<unsigned long long>(cases),
              static_cast<unsigned long long>(totals[Met::accepted]),
              static_cast<unsigned long long>(totals[Met::refused]),
              static_cast<unsigned long long>(totals[Met::unreadable]), allocation_cap);
  return 0;
}

}  // namespace
}  // namespace plumbline::test

void* operator new(std::size_t bytes) {
  plumbline::test::bytes_asked() += bytes;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int main(int argc, char** argv) {
  const auto number = [&](int i, std::uint64_t otherwise) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
  };
  return plumbline::test::run(number(1, 1000000), number(2, 1));
}
