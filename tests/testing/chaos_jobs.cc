#include "tests/testing/chaos_jobs.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

// Faults come from outside and often: no task is to blame for them.
constexpr char kRetry[] = "    retry: {attempts: 100}\n";

std::string Stage(const std::string& name, const std::string& body) {
  return absl::StrCat("  - name: ", name, "\n", body, kRetry);
}

std::string SumsJob() {
  return absl::StrCat("name: sums\nstages:\n", Stage("wait", "    sleep: {duration: 2ms}\n    tasks: {count: 500}\n"),
                      Stage("work",
                            "    random_sum: {values: 100, seed: 3}\n    tasks: {count: 5000}\n    reduce: sum\n"
                            "    after: [wait]\n"),
                      "outputs:\n  answer: {from: work}\n  waited: {from: wait}\n");
}

std::string RowsJob() {
  return absl::StrCat("name: rows\nstages:\n", Stage("work", "    echo: {bytes: 200}\n    tasks: {count: 20000}\n"),
                      "outputs:\n  answer: {from: work}\n");
}

std::string LargeJob() {
  return absl::StrCat(
      "name: large\nstages:\n",
      Stage("work", "    random_sum: {values: 30000, seed: 5}\n    tasks: {count: 60}\n    reduce: sum\n"),
      "outputs:\n  answer: {from: work}\n");
}

std::string QuarantineJob() {
  return absl::StrCat("name: quarantine\nstages:\n",
                      Stage("work",
                            "    misbehave: {tasks: [0, 77, 1023, 1024, 2999], how: error, values: 100}\n"
                            "    tasks: {count: 3000}\n    reduce: sum\n    on_bad_task: quarantine\n"),
                      "outputs:\n  answer: {from: work}\n");
}

std::string ProgramJob(const std::string& dir) {
  std::string rows;
  for (int i = 0; i < 120; ++i) absl::StrAppend(&rows, "{\"x\": ", i, "}\n");
  WriteFile(dir + "/rows.jsonl", rows);
  WriteFile(dir + "/square.sh",
            "while read -r line; do x=${line#*: }; x=${x%\\}*}; sleep 0.01; echo \"{\\\"y\\\": $((x * x))}\"; done\n");
  return absl::StrCat("name: program\ninputs:\n  rows: {jsonl: {path: rows.jsonl}}\nstages:\n",
                      Stage("work", "    input: rows\n    command: {run: [sh, square.sh], files: [square.sh]}\n"),
                      "outputs:\n  answer: {from: work}\n");
}

// Gradients of 100 KB stay on workers, and wait in the store for their updates.
std::string WideTrainingJob(const std::string& dir) {
  WriteFile(dir + "/german_credit.csv", ReadFile(SourcePath("examples/credit_risk/german_credit.csv")));
  return absl::StrCat("name: wide\ninputs:\n  applicants: {csv: {path: german_credit.csv}}\nstages:\n",
                      Stage("clean", "    input: applicants\n    prepare: {label: class}\n"),
                      Stage("fit",
                            "    input: clean.all\n    train: {model: {mlp: {hidden: [128, 128]}}, epochs: 4, "
                            "batch_size: 40}\n    tasks: {rows: 10}\n"),
                      "outputs:\n  model: {from: fit.model}\n  history: {from: fit.history}\n");
}

void Add(const std::string& dir, const std::string& name, const std::string& text, std::vector<ChaosJob>* jobs) {
  jobs->push_back({name, absl::StrCat(dir, "/", name, ".yaml")});
  WriteFile(jobs->back().path, text);
}

std::string OrdersArff(int rows) {
  std::string text =
      "@relation orders\n@attribute day string\n@attribute product string\n@attribute amount numeric\n"
      "@attribute kept {yes, no}\n@data\n";
  for (int i = 0; i < rows; ++i) {
    const int order = i % 3 == 0 ? i / 2 : i;  // some twice
    absl::StrAppend(&text, "'day ", order, "',p", order % 60, ",", order * 37 % 101, ",", order % 9 == 0 ? "no" : "yes",
                    i % 50 == 0 ? "\n% a comment\n" : "\n");
  }
  return text;
}

}  // namespace

std::string WriteTablesJob(const std::string& dir, int rows) {
  WriteFile(dir + "/orders.arff", OrdersArff(rows));
  std::string products = "id,price\n";
  for (int i = 0; i < 50; ++i) absl::StrAppend(&products, "p", i, ",", i * 3, "\n");
  WriteFile(dir + "/products.csv", products);
  const auto stage = [](const std::string& name, const std::string& input, const std::string& operation) {
    return Stage(name, absl::StrCat("    input: ", input, "\n    ", operation, "\n    tasks: {rows: 1}\n"));
  };
  std::string path = dir + "/tables.yaml";
  WriteFile(path, absl::StrCat("name: tables\ninputs:\n  orders: {arff: {path: orders.arff}}\n"
                               "  products: {csv: {path: products.csv}}\nstages:\n",
                               stage("once", "orders", "distinct: {}"),
                               stage("priced", "once", "join: {with: products, on: {product: id}, how: left}"),
                               stage("clean", "priced",
                                     "prepare: {label: kept, drop_columns: [day], "
                                     "split: {train: 0.7, test: 0.3, stratify: kept}}"),
                               "outputs:\n  dropped: {from: once.dropped}\n  priced: {from: priced}\n"
                               "  train: {from: clean.train}\n  test: {from: clean.test}\n"
                               "  fitted: {from: clean.fitted}\n  quality: {from: clean.quality}\n"));
  return path;
}

std::vector<ChaosJob> WriteTrainingJobs(const std::string& dir) {
  std::vector<ChaosJob> jobs = {{"credit-risk", SourcePath("examples/credit_risk/credit_risk.yaml")}};
  Add(dir, "wide", WideTrainingJob(dir), &jobs);
  return jobs;
}

std::vector<ChaosJob> WriteChaosJobs(const std::string& dir) {
  std::vector<ChaosJob> jobs;
  Add(dir, "sums", SumsJob(), &jobs);
  Add(dir, "rows", RowsJob(), &jobs);
  Add(dir, "large", LargeJob(), &jobs);
  Add(dir, "quarantine", QuarantineJob(), &jobs);
  Add(dir, "program", ProgramJob(dir), &jobs);
  jobs.push_back({"tables", WriteTablesJob(dir, 3000)});
  return jobs;
}

std::map<std::string, Undisturbed> RunUndisturbed(const std::vector<ChaosJob>& jobs) {
  std::map<std::string, Undisturbed> undisturbed;
  RealCluster cluster(1);
  for (const ChaosJob& job : jobs) {
    const std::string id = cluster.Submit(job.path);
    Undisturbed& result = undisturbed[job.name];
    result.digest = cluster.Digest(id);
    const absl::StatusOr<JobFacts> facts = ParseJobFacts(cluster.Mote({"job", id, "-o", "json"}).out);
    EXPECT_TRUE(facts.ok()) << job.name;
    if (facts.ok()) result.facts = *facts;
    EXPECT_EQ(result.facts.Miscounted(), "") << job.name;
  }
  return undisturbed;
}

}  // namespace mote::testing
