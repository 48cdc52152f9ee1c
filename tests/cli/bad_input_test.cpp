// Every mistake of a user gets one line, exit code 2, and leaves nothing behind.
#include <unistd.h>

#include "tests/cli/program.h"

namespace plumbline::crosscheck {

class BadInput : public Program {
 protected:
  void SetUp() override {
    Program::SetUp();
    x_ = Values::generate({3, 4}, [](spec::Index i) { return static_cast<double>(i); });
    write("x.npy", x_);
    write("w.npy", Values::full({3, 2}, 1));
  }
  Values x_;
};

TEST_F(BadInput, Verbs) {
  refused("", "found no verb");
  refused("rn", "did you mean run?");
  refused("run --foo 3", "found --foo");
  refused("run --sead 3", "did you mean --seed?");
  refused("eval --out", "--out: found nothing, expected a value");
}

TEST_F(BadInput, Ops) {
  refused("eval sofmax x.npy --out y.npy", "unknown op sofmax; did you mean softmax");
  refused("eval softmax axs=1 x.npy --out y.npy", "[softmax] unknown attribute axs; did you mean axis?");
  refused("eval softmax dim=1 x.npy --out y.npy", "[softmax] unknown attribute dim; did you mean axis?");
  refused("eval mean keepdims=true x.npy", "[mean] unknown attribute keepdims; did you mean keepdim?");
  refused("eval max_pool2d kernel_size=[2,2] x.npy", "unknown attribute kernel_size; did you mean kernel?");
  refused("eval leaky_relu alpha=0.1 x.npy", "unknown attribute alpha; did you mean negative_slope?");
  refused("eval layer_norm epsilon=0.1 x.npy", "unknown attribute epsilon; did you mean eps?");
  refused("eval adam learning_rate=0.1 x.npy x.npy", "unknown attribute learning_rate; did you mean lr?");
  refused("check softmax x.npy --got x.npy x.npy", "did you mean --got for each file: --got x.npy --got x.npy?");
  refused("eval softmax axis=q x.npy --out y.npy", "[softmax] attribute axis: found 'q', expected an integer");
  refused("eval softmax axis=7 x.npy --out y.npy", "axis 7 is out of range for rank 2 [softmax C1]");
  refused("eval softmax x.npy w.npy --out y.npy", "expects 1 input, got 2");
  refused("eval matmul x.npy w.npy --out y.npy", "[matmul] inner dims differ: 4 vs 3 [matmul C2]");
  refused("eval --out y.npy", "found no op");
}

TEST_F(BadInput, HugeResults) {
  refused("eval broadcast_to shape=[1000000,1000000,3,4] x.npy --out y.npy", "[broadcast_to]");
  refused("eval broadcast_to shape=[1000000,1000,3,4] x.npy --out y.npy", "expected at most");
  write("huge.graph", "plumbline.graph/1\nx = input [1]\n%1 = broadcast_to(x) shape=[1099511627776]\noutput %1\n");
  write("one.npy", Values({1}, {1}));
  refused("model huge.graph", "huge.graph: shape: found a result of shape [1099511627776], expected at most");
  refused("eval graph huge.graph one.npy --out y.npy", "found a result of shape [1099511627776], expected at most");
}

TEST_F(BadInput, TensorFiles) {
  const std::string good = content(at("x.npy"));
  write("empty.npy", "");
  write("short.npy", good.substr(0, good.size() - 1));
  write("cut.npy", good.substr(0, 9));
  write("long.npy", good + "x");
  write("text.npy", "hello, I am no tensor at all");
  std::string huge = good;
  huge[6] = 2, huge[8] = huge[9] = huge[10] = '\xff', huge[11] = '\x7f';
  write("huge.npy", huge);
  std::string wrong = good;
  wrong.replace(wrong.find("<f4"), 3, "<c8");
  write("complex.npy", wrong);
  refused("eval exp nothing.npy --out y.npy", "nothing.npy: file: found none");
  refused("eval exp . --out y.npy", "found a directory, expected an NPY file");
  refused("eval exp empty.npy --out y.npy", "found an empty file");
  refused("eval exp short.npy --out y.npy", "found 47 bytes of elements, expected 48");
  refused("eval exp cut.npy --out y.npy", "found the end of the file");
  refused("eval exp long.npy --out y.npy", "found 49 bytes of elements, expected 48");
  refused("eval exp text.npy --out y.npy", "expected the NPY magic");
  refused("eval exp huge.npy --out y.npy", "found a header of");
  refused("eval exp complex.npy --out y.npy", "dtype: found '<c8'");
  refused("eval exp /dev/null --out y.npy", "found no regular file");
}

TEST_F(BadInput, TextFiles) {
  const std::string bytes("plumbline.graph/1\nx = input [1\0\x01\xff]\n", 35);
  write("b.txt", bytes), write("b.toml", bytes);
  for (const std::string verb : {"eval graph b.txt x.npy", "model b.txt", "model iris-mlp --data b.txt", "replay b.txt",
                                 "explain b.txt", "run --suite b.toml"})
    refused(verb, "line 2: found byte \\x00, expected text");
  write("latin.txt", "plumbline.graph/1\n\xe9 = input [1]\n");
  refused("eval graph latin.txt x.npy", "\\xe9");
}

TEST_F(BadInput, Twice) {
  refused("eval softmax axis=0 axis=1 x.npy", "attribute axis: found it twice, axis=0 and axis=1, expected it once");
  refused("check exp x.npy --got x.npy --claim ulp=1 --claim ulp=2", "--claim ulp: found it twice, ulp=1 and ulp=2");
}

TEST_F(BadInput, Places) {
  refused("eval exp x.npy --out nowhere/y.npy", "nowhere/y.npy: file: found one that cannot be written");
  refused("eval exp x.npy --out /proc/y.npy", "/proc/y.npy: file: found one that cannot be written");
  refused("eval exp x.npy --out .", "found a directory, expected a file to write");
  refused("eval exp x.npy --out /dev/full", "No space left on device");
  refused("run --cases 1 --json nowhere/r.json", "cannot be written");
  refused("run --cases 1 --out x.npy", "folder");
  const Finished full = crosscheck("list ops", " > /dev/full");
  EXPECT_EQ(full.code, 2);
  EXPECT_NE(full.err.find("No space left on device"), std::string::npos) << full.err;
}

TEST_F(BadInput, ReadOnlyFolder) {
  if (::geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(std::system(("cd " + folder_.string() +
                         " && " PLUMBLINE_BINARY_DIR "/crosscheck/crosscheck eval exp x.npy --out y.npy 2> /dev/null")
                            .c_str()),
            2 << 8);
}

TEST_F(BadInput, Options) {
  refused("run --jobs 0", "--jobs: found '0', expected an integer of at least 1");
  refused("run --seed abc", "--seed: found 'abc', expected a non-negative integer");
  refused("run --seed -1", "--seed: found '-1'");
  refused("run --cases -5", "--cases: found '-5'");
  refused("run --cases 0", "--cases: found '0'");
  refused("run --time soon", "--time: found 'soon', expected a time such as 60s");
  refused("run --time -3s", "--time: found '-3s'");
  refused("run --op sofmax", "--op: found sofmax");
  refused("run --law forwrd", "did you mean forward");
  refused("run --subject gpu", "--subject: found gpu");
  refused("run --suite quik", "did you mean quick?");
  refused("run --suite none.toml", "none.toml: file: found none");
  refused("list sofmax", "did you mean softmax");
  refused("model digts-mlp", "digits-mlp");
  refused("mutants nosuch/*", "expected a glob that matches a planted bug");
  refused("fuzz sofmax", "did you mean softmax");
  refused("eval exp x.npy --as fast", "--as: found 'fast', expected one of exact, float, cpu");
  refused("eval exp x.npy --digits 0", "--digits: found '0'");
}

TEST_F(BadInput, Suites) {
  write("bad.toml", "cases = 3\nop = 7\n");
  write("key.toml", "casses = 3\n");
  write("syntax.toml", "cases = = 3\n");
  refused("run --suite bad.toml", "bad.toml: line 2: op: found 7, expected a text in quotes");
  write("list.toml", "subjects = []\n");
  refused("run --suite list.toml", "list.toml: line 1: subjects: found an empty list, expected a list of texts");
  write("table.toml", "cases = 3\n [[[[law\n");
  refused("run --suite table.toml", "table.toml: found what is no TOML, expected lines of key = value");
  write("size.toml", "size = \"big\"\n");
  refused("run --suite size.toml", "size.toml: line 1: size: found \"big\", expected a number from 0.00390625 to 256");
  refused("run --suite key.toml", "did you mean cases");
  refused("run --suite syntax.toml", "syntax.toml: line 1");
}

TEST_F(BadInput, Checks) {
  refused("check exp x.npy", "--got: found none");
  refused("check exp x.npy --got w.npy", "w.npy: shape: found [3, 2], expected [3, 4]");
  refused("check exp x.npy --got x.npy --claim order", "--claim: found 'order', expected name=value");
  refused("check exp x.npy --got x.npy --claim ordr=tree", "--claim ordr=tree");
  refused("check softmax x.npy --got x.npy --claim method=rubbish", "unknown method rubbish; it has shifted");
  refused("check abs x.npy --got x.npy --claim method=online", "it has only the textbook");
  refused("check exp x.npy --got x.npy --tier best", "--tier: found 'best'");
  refused("check exp x.npy --got x.npy --got x.npy", "--got: found 2 files, expected one");
  refused("check equal x.npy x.npy --vjp x.npy --got x.npy", "has no gradient");
}

TEST_F(BadInput, Indices) {
  write("i.npy", Values({2}, {1, 9}));
  refused("eval embedding i.npy w.npy --out y.npy", "[embedding] index 9 is out of range");
  write("h.npy", Values({2}, {1, 0.5}));
  refused("eval embedding h.npy w.npy --out y.npy", "is no integer");
}

TEST_F(BadInput, Replays) {
  write("future.replay", "plumbline.replay/9\n");
  write("other.replay", "not a replay\n");
  refused("replay", "found no file");
  refused("replay future.replay", "future.replay: line 1");
  refused("replay other.replay", "other.replay: line 1");
  refused("explain future.replay", "future.replay: line 1");
  refused("explain", "found no file, expected a replay file");
  refused("replay .", "found a directory");
}

}  // namespace plumbline::crosscheck
