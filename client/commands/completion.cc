#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/commands/commands.h"

namespace mote::client {
namespace {

struct Command {
  std::string name;
  std::string summary;
  std::vector<std::string> options;  // "--set"
  bool takes_file = false;           // its first argument is a job file
};

std::vector<Command> CommandsOf(const CLI::App& app) {
  std::vector<Command> commands;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    Command command{sub->get_name(), sub->get_description(), {}, false};
    for (const CLI::Option* option : sub->get_options()) {
      for (const std::string& name : option->get_lnames()) command.options.push_back("--" + name);
      if (option->get_positional() && option->get_name() == "JOB") command.takes_file = true;
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

std::string NamesOf(const std::vector<Command>& commands) {
  return absl::StrJoin(commands, " ", [](std::string* out, const Command& c) { out->append(c.name); });
}

std::string Bash(const std::vector<Command>& commands) {
  std::string cases;
  for (const Command& command : commands) {
    absl::StrAppend(&cases, "    ", command.name, ") words=\"", absl::StrJoin(command.options, " "),
                    "\"; files=", command.takes_file ? "1" : "", " ;;\n");
  }
  return absl::StrReplaceAll(R"(# mote completion for bash: source <(mote completion bash)
_mote() {
  local current="${COMP_WORDS[COMP_CWORD]}" words files=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "@names@" -- "$current"))
    return
  fi
  case "${COMP_WORDS[1]}" in
@cases@    *) words= ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$files" ] && [[ "$current" != -* ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _mote mote
)",
                             {{"@names@", NamesOf(commands)}, {"@cases@", cases}});
}

std::string Zsh(const std::vector<Command>& commands) {
  std::string described;
  std::string cases;
  for (const Command& command : commands) {
    absl::StrAppend(&described, "    '", command.name, ":", command.summary, "'\n");
    absl::StrAppend(&cases, "    ", command.name, ") compadd -- ", absl::StrJoin(command.options, " "),
                    command.takes_file ? "; _files" : "", " ;;\n");
  }
  return absl::StrReplaceAll(R"(#compdef mote
# mote completion for zsh: source <(mote completion zsh)
_mote() {
  local -a commands=(
@described@  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
@cases@  esac
}
compdef _mote mote
)",
                             {{"@described@", described}, {"@cases@", cases}});
}

std::string Fish(const std::vector<Command>& commands) {
  std::string out = "# mote completion for fish: mote completion fish | source\n";
  absl::StrAppend(&out, "complete -c mote -f\n");
  for (const Command& command : commands) {
    absl::StrAppend(&out, "complete -c mote -n __fish_use_subcommand -a ", command.name, " -d '", command.summary,
                    "'\n");
    const std::string when = absl::StrCat("-n '__fish_seen_subcommand_from ", command.name, "'");
    for (const std::string& option : command.options) {
      absl::StrAppend(&out, "complete -c mote ", when, " -l ", option.substr(2), "\n");
    }
    if (command.takes_file) absl::StrAppend(&out, "complete -c mote ", when, " -F\n");
  }
  return out;
}

}  // namespace

void AddCompletion(CLI::App* app, Invocation* invocation) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = app->add_subcommand("completion", "Print a completion script for a shell");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([=] {
    invocation->body = [=] {
      const std::vector<Command> commands = CommandsOf(*app);
      std::cout << (*shell == "bash" ? Bash(commands) : *shell == "zsh" ? Zsh(commands) : Fish(commands));
      return static_cast<int>(kSucceeded);
    };
  });
}

}  // namespace mote::client
