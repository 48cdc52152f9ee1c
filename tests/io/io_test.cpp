// Files of tensors and checkpoints: what is written reads back bit for bit, whatever is damaged is refused, a run that
// is killed leaves the old file, and one that goes on ends where it would have ended.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <rapidcheck/gtest.h>
#include <thread>

#include "runtime/data/loader.h"
#include "runtime/io/checkpoint.h"
#include "runtime/nn/layers.h"
#include "runtime/nn/norms.h"
#include "runtime/rand/rand.h"
#include "spec/ops/loss/mse.h"

namespace plumbline::runtime::io {
namespace {

using spec::Tensor;

// A folder that is gone afterwards, in memory where there is such a place: syncing files takes no time there.
struct Folder {
  std::filesystem::path path;
  Folder() {
    const bool in_memory = ::access("/dev/shm", W_OK) == 0;
    const auto base = in_memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
    std::string name = (base / "plumbline-io-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

const TensorList<float> small{{"0.weight", Tensor<float>({2, 3}, {1, -0.0F, 3, 4, 5, 6})},
                              {"0.bias", Tensor<float>({2}, {7, 8})},
                              {"scale", Tensor<float>({}, {0.5F})},
                              {"none", Tensor<float>({0, 4}, {})}};

std::string written(const Folder& folder) {
  EXPECT_TRUE(write_safetensors(folder / "t", small));
  return *read_file(folder / "t");
}

// A file of this header and data.
std::string file_of(const std::string& header, const std::string& data = "") {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> 8 * i & 255);
  return bytes + header + data;
}

std::string refusal(const std::string& bytes) {
  const auto header = parse_safetensors_header(bytes, bytes.size(), "t");
  return header ? "none" : header.error().what();
}

TEST(Safetensors, TheBytesAreTheFormats) {
  const Folder folder;
  const std::string bytes = written(folder);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0U);
  const std::string header = bytes.substr(8, length);
  EXPECT_NE(header.find(R"("0.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"), std::string::npos);
  EXPECT_NE(header.find(R"("scale":{"dtype":"F32","shape":[],"data_offsets":[32,36]})"), std::string::npos);
  EXPECT_EQ(bytes.size(), 8 + length + 36);
  float seven = 0;
  std::memcpy(&seven, bytes.data() + 8 + length + 24, 4);
  EXPECT_EQ(seven, 7.0F);
}

template <class T>
T any_element() {
  std::array<unsigned char, sizeof(T)> bytes;
  for (auto& byte : bytes) byte = *rc::gen::arbitrary<unsigned char>();
  return std::bit_cast<T>(bytes);
}

template <class T>
TensorList<T> any_list() {
  TensorList<T> list;
  for (int i = *rc::gen::inRange(0, 5); i-- > 0;) {
    Shape shape;
    for (int a = *rc::gen::inRange(0, 4); a-- > 0;) shape.push_back(*rc::gen::inRange(0, 4));
    const std::string name = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
    list.push_back({name + std::to_string(i), Tensor<T>::generate(shape, [](Index) { return any_element<T>(); })});
  }
  return list;
}

template <class T>
void round_trip() {
  const Folder folder;
  const TensorList<T> list = any_list<T>();
  const auto ok = write_safetensors(folder / "t", list, {{"note \"\n", "\x01 é"}});
  if (!ok) RC_FAIL(ok.error().what());
  const auto back = read_safetensors<T>(folder / "t");
  if (!back) RC_FAIL(back.error().what());
  RC_ASSERT(back->size() == list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto &x = (*back)[i].value, &y = list[i].value;
    RC_ASSERT((*back)[i].name == list[i].name && x.shape() == y.shape());
    RC_ASSERT(x.size() == 0 || std::memcmp(x.elements().data(), y.elements().data(), x.elements().size_bytes()) == 0);
  }
}

RC_GTEST_PROP(Safetensors, RoundTripsFloats, ()) { round_trip<float>(); }
RC_GTEST_PROP(Safetensors, RoundTripsDoubles, ()) { round_trip<double>(); }
RC_GTEST_PROP(Safetensors, RoundTripsHalves, ()) { round_trip<Half>(); }
RC_GTEST_PROP(Safetensors, RoundTripsBFloats, ()) { round_trip<BFloat16>(); }
RC_GTEST_PROP(Safetensors, RoundTripsIntegers, ()) { round_trip<std::int64_t>(); }

TEST(Safetensors, EveryFlippedBitIsFound) {
  const Folder folder;
  const std::string good = written(folder);
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    std::ofstream(folder / "bad", std::ios::binary) << bad;
    const auto file = SafetensorsFile::open(folder / "bad");
    // The name of the checksum itself: then there is none, which a checkpoint refuses.
    EXPECT_FALSE(file && file->metadata().contains("plumbline.crc32")) << bit;
    EXPECT_FALSE(load_checkpoint(folder / "bad", views_of(small))) << bit;
  }
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const Folder folder;
  const std::string good = written(folder);
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_NE(refusal(good.substr(0, n)), "none") << n;
  EXPECT_NE(refusal(good + '\0'), "none");
}

TEST(Safetensors, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(refusal("abc"), "t: byte 3: found the end of the file, expected 8 bytes of a header's length");
  EXPECT_EQ(refusal(std::string(8, '\xff')),
            "t: byte 0: found a header of 18446744073709551615 bytes, expected at most 0, all that is left of the "
            "file");
  const auto tensor = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"x":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  EXPECT_EQ(refusal(file_of(tensor("F32", "[1]", "[0,4]"), "1234")), "none");
  EXPECT_EQ(refusal(file_of(tensor("F8", "[1]", "[0,4]"), "1234")),
            "t: header: tensor 'x': found 'F8', expected one of F64 F32 F16 BF16 I64");
  EXPECT_EQ(refusal(file_of(tensor("F32", "[2]", "[0,4]"), "1234")),
            "t: header: tensor 'x': found 4 bytes, expected 8 for shape [2] of F32");
  EXPECT_EQ(refusal(file_of(tensor("F32", "[1]", "[4,8]"), "12345678")),
            "t: header: tensor 'x': found data from byte 4 on, expected 0: tensors leave a gap");
  EXPECT_EQ(refusal(file_of(tensor("F32", "[1]", "[0,4]"), "12345")),
            "t: header: found tensors of 4 bytes, expected the 5 bytes of the data");
  EXPECT_EQ(refusal(file_of(tensor("F32", "[1099511627776,1099511627776,16]", "[0,4]"), "1234")),
            "t: header: tensor 'x': found shape [1099511627776, 1099511627776, 16], expected at most 1099511627776 "
            "elements");
  EXPECT_EQ(refusal(file_of(tensor("F32", "[-1]", "[0,4]"), "1234")),
            "t: header: tensor 'x': found -1, expected at most 64 extents that fit a tensor");
  EXPECT_EQ(refusal(file_of(tensor("F32", "[1]", "[0,8]"), "1234")),
            "t: header: tensor 'x': found data_offsets [0, 8], expected a range within 4 bytes");
  const std::string two = R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)";
  EXPECT_EQ(refusal(file_of(two + R"("x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678")),
            "t: header: tensor 'x': found twice, expected once");
  EXPECT_EQ(refusal(file_of(two + R"("y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})", "123456")),
            "t: header: tensor 'y': found data from byte 2 on, expected 4: tensors overlap");
  EXPECT_EQ(refusal(file_of(R"({"x":{"dtype":"F32","shape":[1]}})")),
            "t: header: tensor 'x': found }, expected dtype, shape and data_offsets");
  EXPECT_EQ(refusal(file_of(R"({"__metadata__":{"a":1}})")), "t: header: metadata: found 1, expected a string");
  EXPECT_EQ(refusal(file_of("[]")), "t: header: found [, expected {");
  EXPECT_NE(refusal(file_of(std::string(100000, '['))), "none");
  EXPECT_EQ(refusal(file_of("{")), "t: header: byte 9: found no JSON, expected a tensor's name");
}

TEST(Safetensors, AFileForAnotherModelIsListed) {
  const Folder folder;
  written(folder);
  TensorList<float> model{{"0.weight", Tensor<float>::full({3, 2}, 9)}, {"1.bias", Tensor<float>::full({2}, 9)}};
  const auto loaded = load_parameters(folder / "t", model);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().what(), folder / "t" +
            ": tensors: found 4, expected the model's 2: missing 1.bias [2]; extra 0.bias [2], scale [], none [0, 4]; "
            "differing 0.weight (found F32 [2, 3], expected F32 [3, 2])");
  EXPECT_EQ(model[0].value[0], 9.0F);
}

// A model with every kind of state: parameters, moments, running statistics, a dropout that counts steps.
struct Model {
  nn::Recording recording;
  NodeId x = -1, y = -1;
  TrainStep step;
  static const KernelTable& kernels() {
    static const KernelTable table = KernelTable::builtin();
    return table;
  }
  explicit Model(const spec::Optimiser& optimiser = spec::Adam{.lr = 0.125}, DType dtype = DType::f32)
      : step(build(recording, x, y, optimiser, dtype)) {
    for (std::size_t i = 0; i < step.parameters().size(); ++i)
      each(i, [&](std::size_t j) { return 0.25 * static_cast<double>((i * 5 + j * 3) % 7) - 0.5; });
  }
  static TrainStep build(nn::Recording& r, NodeId& x, NodeId& y, const spec::Optimiser& optimiser, DType dtype) {
    r.seed = 7;
    const nn::Scope scope(r);
    const spec::Var in = r.graph.input("x", {4, 3}), target = r.graph.input("y", {4, 2});
    spec::Var h = nn::BatchNorm{.num_features = 3}(scope / "0", in);
    h = (scope / "1").dropout(h, 0.25);
    h = nn::Linear{.in_features = 3, .out_features = 2}(scope / "2", h);
    x = in.id(), y = target.id();
    const NodeId loss = call(spec::Mse{}, h, target).id();
    PlanOptions options;
    options.dtype = dtype;
    return spec::value_or_throw(TrainStep::create(r.graph, loss, optimiser, kernels(), options, r.state));
  }
  template <class F>
  void each(std::size_t i, F&& f) {
    const auto fill = [&](auto values) {
      for (std::size_t j = 0; j < values.size(); ++j)
        values[j] = static_cast<typename decltype(values)::value_type>(f(j));
    };
    if (step.program().dtype() == DType::f64) fill(step.parameter<double>(i));
    else fill(step.parameter<float>(i));
  }
  void train(const data::Sample& batch) {
    const auto bx = *data::cast(batch.x, step.program().dtype()), by = *data::cast(batch.y, step.program().dtype());
    ASSERT_TRUE(step.program().set(x, elements_of(bx)) && step.program().set(y, elements_of(by)));
    ASSERT_TRUE(step.step());
  }
  std::string bytes() {
    std::string all = std::to_string(step.steps()) + ' ' + std::to_string(step.groups().steps());
    for (const NamedView& v : state_of(step))
      all.append(static_cast<const char*>(v.view.data),
                 static_cast<std::size_t>(v.view.size()) * size_of(v.view.dtype));
    return all;
  }
};

data::DataLoader loader() {
  auto data = data::Dataset::from_tensors(*rand::normal(Shape{22, 3}, 1), *rand::normal(Shape{22, 2}, 2));
  return *data::DataLoader::create(*data, {.batch_size = 4, .shuffle = true, .seed = 3, .drop_last = true});
}

// Trains from a progress to the end of `epochs`, or until `stop` steps are done.
Progress run(Model& model, Progress at, Index epochs, Index stop = 1000) {
  const auto batches = loader();
  for (; at.epoch < epochs; ++at.epoch, at.batch = 0)
    for (const auto& batch : batches.epoch(at.epoch, at.batch)) {
      if (at.step == stop) return at;
      model.train(*batch);
      ++at.step, ++at.batch;
    }
  return at;
}

class Resumes : public testing::TestWithParam<DType> {};

TEST_P(Resumes, BitForBitInTheMiddleOfAnEpoch) {
  const Folder folder;
  Model whole(spec::Adam{.lr = 0.125}, GetParam());
  run(whole, {}, 3);
  for (Index stop = 0; stop <= 15; stop += 4) {
    Model first(spec::Adam{.lr = 0.125}, GetParam()), second(spec::Adam{.lr = 0.125}, GetParam());
    Progress at = run(first, {.seeds = {{"loader", 3}}, .notes = {{"who", "me"}}}, 3, stop);
    ASSERT_TRUE(save_checkpoint(folder / "c", first.step, at));
    const auto loaded = load_checkpoint(folder / "c", second.step);
    ASSERT_TRUE(loaded) << loaded.error().what();
    EXPECT_EQ(*loaded, at);
    EXPECT_EQ(second.bytes(), first.bytes());
    run(second, *loaded, 3);
    EXPECT_EQ(second.bytes(), whole.bytes()) << stop;
  }
}
INSTANTIATE_TEST_SUITE_P(Checkpoint, Resumes, testing::Values(DType::f32, DType::f64, DType::f16, DType::bf16),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(Checkpoint, RefusalsLeaveTheModelAsItWas) {
  const Folder folder;
  Model model, sgd(spec::Sgd{.lr = 0.5, .momentum = 0.5}), wide(spec::Adam{.lr = 0.125}, DType::f64);
  ASSERT_TRUE(save_checkpoint(folder / "c", model.step, {}));
  run(model, {}, 1);
  const std::string before = model.bytes();
  std::string bytes = *read_file(folder / "c");
  bytes[bytes.size() - 3] ^= 4;
  ASSERT_TRUE(write_file(folder / "flipped", bytes) && write_file(folder / "short", bytes.substr(0, 700)));
  for (const char* name : {"flipped", "short", "none"})
    EXPECT_FALSE(load_checkpoint(folder / name, model.step)) << name;
  EXPECT_EQ(model.bytes(), before);
  EXPECT_NE(std::string(load_checkpoint(folder / "flipped", model.step).error().what()).find("damaged"),
            std::string::npos);
  const auto other = load_checkpoint(folder / "c", sgd.step);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().what(), folder / "c" + ": metadata: plumbline.optimizer: found adam, expected sgd");
  EXPECT_NE(std::string(load_checkpoint(folder / "c", wide.step).error().what()).find("F32 [3], expected F64 [3]"),
            std::string::npos);
  model.step.accumulate();
  EXPECT_FALSE(save_checkpoint(folder / "c", model.step, {}));
}

// The file loses its end once its checksum was found good.
TEST(Checkpoint, WhatCannotBeReadToItsEndFillsNothing) {
  const Folder folder;
  Model model;
  ASSERT_TRUE(save_checkpoint(folder / "c", model.step, {}));
  run(model, {}, 1);
  const std::string before = model.bytes();
  const auto file = SafetensorsFile::open(folder / "c");
  ASSERT_TRUE(file);
  std::filesystem::resize_file(folder / "c", read_file(folder / "c")->size() - 1);
  EXPECT_NE(std::string(load_checkpoint(*file, model.step).error().what()).find("found the end of the file"),
            std::string::npos);
  EXPECT_EQ(model.bytes(), before);
}

TEST(Checkpoint, MetadataSayWhereARunStands) {
  const Folder folder;
  const auto refused = [&](const Metadata& metadata) -> std::string {
    EXPECT_TRUE(write_safetensors(folder / "c", small, metadata));
    const auto loaded = load_checkpoint(folder / "c", views_of(small));
    return loaded ? "none" : std::string(loaded.error().what()).substr((folder / "c").size());
  };
  Metadata good{{"plumbline.format", "plumbline.checkpoint/1"}, {"plumbline.step", "1"}, {"plumbline.epoch", "2"},
                {"plumbline.batch", "3"}, {"plumbline.seed.a", "18446744073709551615"}};
  EXPECT_EQ(refused({}), ": metadata: found no format, expected plumbline.checkpoint/1");
  EXPECT_EQ(refused(good), "none");
  EXPECT_EQ(load_checkpoint(folder / "c", views_of(small))->seeds.at("a"), ~std::uint64_t{0});
  for (const char* key : {"plumbline.step", "plumbline.epoch", "plumbline.batch", "plumbline.seed.a"})
    for (const char* value : {"-1", "1.5", "", "x", "99999999999999999999999"}) {
      Metadata bad = good;
      bad[key] = value;
      EXPECT_EQ(refused(bad), std::string(": metadata: ") + key + ": found no number, expected one of at least 0");
    }
  EXPECT_FALSE(save_checkpoint(folder / "c", views_of(small), {.step = -1}));
  EXPECT_FALSE(save_checkpoint(folder / "c", views_of(small), {.notes = {{"plumbline.step", "7"}}}));
  EXPECT_FALSE(write_safetensors(folder / "c", TensorList<float>{small[0], small[0]}));
  EXPECT_FALSE(write_safetensors(folder / "c", TensorList<float>{{"\xff", small[0].value}}));
  EXPECT_FALSE(write_safetensors(folder / "none" + "/c", small));
}

// The child dies at a byte of the temporary file by SIGXFSZ, as if killed there: the old file is whole. All bytes near
// the ends of the length, the header and the data, and every 97th.
TEST(Checkpoint, KilledAtAByteTheOldFileStays) {
  const Folder folder;
  Model model;
  ASSERT_TRUE(save_checkpoint(folder / "c", model.step, {.step = 1}));
  const std::string old = *read_file(folder / "c");
  const std::size_t data = 8 + *safetensors_header_length(old, old.size(), "c");
  const auto near = [](std::size_t a, std::size_t b) { return a < b + 9 && b < a + 9; };
  const auto chosen = [&](std::size_t at) {
    return at % 97 == 0 || near(at, 0) || near(at, 8) || near(at, data) || near(at, old.size());
  };
  for (std::size_t limit = 0; limit < old.size(); ++limit) {
    if (!chosen(limit)) continue;
    const pid_t child = ::fork();
    if (child == 0) {
      const rlimit most{limit, limit};
      ::setrlimit(RLIMIT_FSIZE, &most);
      static_cast<void>(save_checkpoint(folder / "c", model.step, {.step = 2}));
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) << limit;
    EXPECT_EQ(*read_file(folder / "c"), old) << limit;
  }
}

// The child writes one checkpoint after another; whenever it is killed, the file is one of them.
TEST(Checkpoint, KilledAtAnyTimeTheFileIsWhole) {
  const Folder folder;
  Model model;
  ASSERT_TRUE(save_checkpoint(folder / "c", model.step, {}));
  Index last = 0;
  for (int round = 0; round < 40; ++round) {
    const pid_t child = ::fork();
    if (child == 0)
      for (Index step = last;;) static_cast<void>(save_checkpoint(folder / "c", model.step, {.step = ++step}));
    std::this_thread::sleep_for(std::chrono::microseconds(500 + 777 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto loaded = load_checkpoint(folder / "c", model.step);
    ASSERT_TRUE(loaded) << loaded.error().what();
    EXPECT_GE(loaded->step, last);
    last = loaded->step;
  }
  EXPECT_GT(last, 0);
}

}  // namespace
}  // namespace plumbline::runtime::io
