# Each target does its own set-up; the work is in scripts/.

build: ## out/mcp-init, static (RID=linux-arm64: out/linux-arm64/mcp-init)
	@scripts/build $(RID)

run: ## the installation of mcp-init.toml, as PID 1 of namespaces of its own; Ctrl-C stops it
	@scripts/run

demo: ## the incident in small, without and with mcp-init, as one table
	@scripts/demo

soak: ## ten minutes under steady attack, judged from outside, as one table
	@scripts/soak

check: ## unit tests, in seconds
	@scripts/test --check

test: ## every test, on the published binary
	@scripts/test

bench: ## tables against tini, dumb-init, catatonit, s6 and supervisord
	@scripts/bench

profile: ## what lies together in the binary, measured anew (src/MetaMcp.Init/Layout)
	@scripts/profile

format: ## the code style of .editorconfig
	@scripts/setup build && dotnet format MetaMcp.Init.sln

clean: ## removes what was built
	@rm -rf out src/*/bin src/*/obj tests/*/bin tests/*/obj tests/*/TestResults

help: ## this list
	@sed -n 's/^\([a-z]*\): ## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: build run demo soak check test bench profile format clean help
