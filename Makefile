RID ?= linux-x64

build:
	dotnet publish src/MetaMcp.Init -c Release -r $(RID) -o out
.PHONY: build
