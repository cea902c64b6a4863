// mote-torch-loop: batch inference by libtorch alone, the bound that mote is held to.
//
//   mote-torch-loop make MODEL_PT ROWS_NPY ROWS    an MLP 61→256→256→2 as TorchScript, and rows
//   mote-torch-loop run MODEL_PT ROWS_NPY CHUNK PART PARTS
//
// `run` maps the file, takes the PART-th of PARTS equal shares of its rows, and calls the
// model chunk by chunk, with one thread; scores and the class of the greatest stay in memory.
// It prints "ready", waits for a line on stdin, and then one JSON object: rows a second.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <torch/script.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "common/freed_memory.h"

namespace {

constexpr int64_t kIn = 61, kHidden = 256, kOut = 2;
constexpr size_t kHeaderBytes = 128;

void MakeModel(const std::string& path) {
  torch::manual_seed(7);
  torch::jit::Module module("Mlp");
  const std::vector<std::pair<int64_t, int64_t>> layers = {{kIn, kHidden}, {kHidden, kHidden}, {kHidden, kOut}};
  for (size_t i = 0; i < layers.size(); ++i) {
    const auto [in, out] = layers[i];
    module.register_parameter("w" + std::to_string(i), torch::randn({out, in}) / std::sqrt(double(in)), false);
    module.register_parameter("b" + std::to_string(i), torch::zeros({out}), false);
  }
  module.define(R"(
    def forward(self, x):
        x = torch.relu(torch.addmm(self.b0, x, torch.t(self.w0)))
        x = torch.relu(torch.addmm(self.b1, x, torch.t(self.w1)))
        return torch.softmax(torch.addmm(self.b2, x, torch.t(self.w2)), 1)
  )");
  module.save(path);
}

void MakeRows(const std::string& path, int64_t rows) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                       std::to_string(kIn) + "), }";
  header.resize(kHeaderBytes - 10 - 1, ' ');
  header += '\n';
  std::ofstream out(path, std::ios::binary);
  out.write("\x93NUMPY\x01\x00", 8);
  const auto size = static_cast<uint16_t>(header.size());
  out.write(reinterpret_cast<const char*>(&size), 2);
  out << header;
  for (int64_t at = 0; at < rows; at += 100'000) {
    const at::Tensor part = torch::randn({std::min<int64_t>(100'000, rows - at), kIn});
    out.write(reinterpret_cast<const char*>(part.data_ptr<float>()), static_cast<std::streamsize>(part.nbytes()));
  }
  TORCH_CHECK(out.flush(), path, ": cannot be written");
}

struct Rows {
  const float* values = nullptr;
  int64_t count = 0;
};

Rows MapRows(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  TORCH_CHECK(file >= 0 && fstat(file, &info) == 0, path, ": cannot be read");
  void* address = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_SHARED, file, 0);
  TORCH_CHECK(address != MAP_FAILED, path, ": cannot be mapped");
  const auto* bytes = static_cast<const char*>(address) + kHeaderBytes;
  return {reinterpret_cast<const float*>(bytes),
          (info.st_size - static_cast<int64_t>(kHeaderBytes)) / static_cast<int64_t>(sizeof(float)) / kIn};
}

// One row a pair of scores and the class; a bare loop keeps no more.
struct Kept {
  std::vector<float> scores;
  std::vector<int64_t> classes;
};

void Infer(torch::jit::Module& model, const float* values, int64_t rows, Kept* kept) {
  const at::Tensor batch = at::from_blob(const_cast<float*>(values), {rows, kIn}, at::kFloat);
  const at::Tensor scores = model.forward({batch}).toTensor().contiguous();
  const auto* first = scores.data_ptr<float>();
  kept->scores.insert(kept->scores.end(), first, first + rows * kOut);
  for (int64_t row = 0; row < rows; ++row) {
    const float* of = first + row * kOut;
    kept->classes.push_back(std::max_element(of, of + kOut) - of);
  }
}

void Run(const std::string& path, const std::string& rows_path, int64_t chunk, int64_t part, int64_t parts) {
  at::set_num_threads(1);
  mote::KeepFreedMemory();  // as engines do
  const torch::NoGradGuard no_gradients;
  torch::jit::Module model = torch::jit::load(path);
  model.eval();
  const Rows rows = MapRows(rows_path);
  // Chunks of a share are those that the whole file is cut into.
  const int64_t chunks = (rows.count + chunk - 1) / chunk;
  const int64_t begin = chunks * part / parts * chunk;
  const int64_t end = std::min(rows.count, chunks * (part + 1) / parts * chunk);
  Kept kept;
  kept.scores.reserve(static_cast<size_t>((end - begin) * kOut));
  kept.classes.reserve(static_cast<size_t>(end - begin));
  Kept warm;
  for (int i = 0; i < 5; ++i) Infer(model, rows.values, std::min(chunk, rows.count), &warm);
  std::cout << "ready" << std::endl;
  std::string go;
  std::getline(std::cin, go);
  const auto start = std::chrono::steady_clock::now();
  for (int64_t at = begin; at < end; at += chunk) {
    Infer(model, rows.values + at * kIn, std::min(chunk, end - at), &kept);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("{\"rows\": %lld, \"seconds\": %.4f, \"ones\": %lld}\n", static_cast<long long>(end - begin), seconds,
              static_cast<long long>(std::count(kept.classes.begin(), kept.classes.end(), 1)));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  try {
    if (verb == "make" && argc == 5) {
      MakeModel(argv[2]);
      MakeRows(argv[3], std::atoll(argv[4]));
    } else if (verb == "run" && argc == 7) {
      Run(argv[2], argv[3], std::atoll(argv[4]), std::atoll(argv[5]), std::atoll(argv[6]));
    } else {
      std::cerr << "usage: mote-torch-loop make MODEL_PT ROWS_NPY ROWS | run MODEL_PT ROWS_NPY CHUNK PART PARTS\n";
      return 2;
    }
  } catch (const std::exception& error) {
    std::cerr << "mote-torch-loop: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
