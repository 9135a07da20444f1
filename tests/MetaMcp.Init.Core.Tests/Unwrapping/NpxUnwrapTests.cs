using System.Security.Cryptography;
using MetaMcp.Init.Core.Unwrapping;

namespace MetaMcp.Init.Core.Tests.Unwrapping;

public sealed class NpxUnwrapTests
{
    private const string Spec = "@s/pkg";

    /// <summary>The name that npm gave to the directory of this spec.</summary>
    private static readonly string Cached = "/home/u/.npm/_npx/" + Unwrapper.DirectoryOf(Spec);

    private readonly TableOfFiles files = new();

    private readonly Dictionary<string, string> variables = new(StringComparer.Ordinal)
    {
        ["PATH"] = "/usr/local/bin:/usr/bin", ["HOME"] = "/home/u", ["TOKEN"] = "x",
    };

    private const string Odd = "FILE has a line that is for npm alone to read";

    private long now = TableOfFiles.Then + 60;

    public NpxUnwrapTests()
    {
        files.AddProgram("/usr/local/bin/npx", "/usr/local/lib/node_modules/npm/bin/npx-cli.js");
        files.AddProgram("/usr/local/bin/node", "/usr/local/bin/node");
        files["/usr/local/lib/node_modules/npm/package.json"] = """{"name":"npm","version":"11.1.0"}""";
        Cache(Spec, "2.3.4", """{"pkg":"dist/index.js"}""");
    }

    [Fact]
    public void A_package_of_the_cache_is_started_itself_with_what_npx_sets()
    {
        var result = Resolve("npx", "-y", Spec, "--port", "-y");
        Assert.Equal("", result.Reason);
        Assert.Equal($"{Cached}/node_modules/.bin/pkg", result.Program);
        Assert.Equal(3, result.Replaced);
        var set = result.Environment;
        Assert.Equal(
            $"{Cached}/node_modules/.bin:/srv/app/node_modules/.bin:/srv/node_modules/.bin:/node_modules/.bin:" +
            "/usr/local/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/local/bin:/usr/bin",
            set["PATH"]);
        Assert.Equal(
            ("npx", "exec", "/srv/app", "/usr/local/bin/node", "/usr/local/lib/node_modules/npm/bin/npm-cli.js"),
            (set["npm_lifecycle_event"], set["npm_command"], set["INIT_CWD"], set["NODE"], set["npm_execpath"]));
        Assert.Equal(("true", "npm/11.1.0 linux x64 workspaces/false"), (set["npm_config_yes"], set["npm_config_user_agent"]));
        Assert.False(set.ContainsKey("TOKEN"));
    }

    [Fact]
    public void The_hash_is_that_of_the_library_at_every_length()
    {
        for (var length = 0; length < 300; length++)
        {
            var text = Enumerable.Range(0, length).Select(i => (byte)(i * 7 + length)).ToArray();
            Assert.Equal(SHA512.HashData(text), Sha512.Of(text));
        }
        Assert.Equal(Convert.ToHexStringLower(SHA512.HashData("@s/pkg@1"u8))[..16], Unwrapper.DirectoryOf("@s/pkg@1"));
    }

    [Theory]
    [InlineData("npx is given no package of the registry", "npx", "--version")]
    [InlineData("npx is given no package of the registry", "npx", "user/repository")]
    [InlineData("npx is given no package of the registry", "npx", "-c", "pkg")]
    [InlineData("npx is given more than -y and -q", "npx", "--registry=https://r.example", Spec)]
    [InlineData("npx is given more than -y and -q", "npx", "-p", Spec, "pkg")]
    [InlineData("npx is given more than -y and -q", "npx", "--workspace=x", Spec)]
    [InlineData("other is not in npm's cache", "npx", "-y", "other")]
    public void A_command_that_is_not_plain_stays(string reason, params string[] command) => Stays(reason, command);

    [Theory]
    [InlineData("npm_config_script_shell", "/bin/bash", "npm's setting script-shell is given")]
    [InlineData("NPM_CONFIG_SCRIPT_SHELL", "/bin/bash", "npm's setting script-shell is given")]
    [InlineData("npm_config_node_options", "--inspect", "npm's setting node-options is given")]
    [InlineData("npm_config_package", "x", "npm's setting package is given")]
    [InlineData("npm_config_call", "x", "npm's setting call is given")]
    [InlineData("npm_config_workspace", "x", "npm's setting workspace is given")]
    [InlineData("npm_config_global", "true", "npm's setting global is given")]
    [InlineData("npm_config_location", "global", "npm's setting location is given")]
    [InlineData("npm_config_cache", "relative", "npm's setting cache is no absolute path")]
    [InlineData("PREFIX", "/opt", "PREFIX or DESTDIR is set, which moves npm's directories")]
    [InlineData("HOME", "", "HOME is not set, so npm's directories are not known")]
    [InlineData("PATH", "/nowhere", "node is not in PATH")]
    [InlineData("npm_config_cache", "/other", "@s/pkg is not in npm's cache")]
    public void A_variable_that_changes_what_npx_starts_keeps_it(string name, string value, string reason)
    {
        variables[name] = value;
        Stays(reason);
    }

    [Theory]
    [InlineData("npm_config_script_shell", "")]
    [InlineData("npm_config_global", "false")]
    [InlineData("npm_config_registry", "https://r.example")]
    [InlineData("npm_config_prefix", "/usr/local")]
    [InlineData("NODE_OPTIONS", "--max-old-space-size=100")]
    public void A_variable_that_does_not_leaves_it_unwrapped(string name, string value)
    {
        variables[name] = value;
        Assert.Equal("", Resolve().Reason);
    }

    [Theory]
    [InlineData("/home/u/.npmrc", "script-shell = \"/bin/bash\"", "npm's setting script-shell is given")]
    [InlineData("/srv/app/.npmrc", "node-options=--inspect", "npm's setting node-options is given")]
    [InlineData("/usr/local/etc/npmrc", "workspace=x", "npm's setting workspace is given")]
    [InlineData("/usr/local/lib/node_modules/npm/npmrc", "global", "npm's setting global is given")]
    [InlineData("/home/u/.npmrc", "cache = ${CACHE}", "npm's setting cache is no absolute path")]
    [InlineData("/home/u/.npmrc", "cache = ~/elsewhere", "@s/pkg is not in npm's cache")]
    [InlineData("/home/u/.npmrc", "cache = /elsewhere ; a comment", "@s/pkg is not in npm's cache")]
    [InlineData("/home/u/.npmrc", "package[] = other", "npm's setting package is given")]
    [InlineData("/srv/app/.npmrc", " workspace[]=a\nworkspace[]=b", "npm's setting workspace is given")]
    [InlineData("/home/u/.npmrc", "script-shell # the shell\n", "npm's setting script-shell is given")]
    [InlineData("/home/u/.npmrc", "script-shell ; = /bin/sh", "npm's setting script-shell is given")]
    [InlineData("/home/u/.npmrc", "'call'=x", "npm's setting call is given")]
    [InlineData("/home/u/.npmrc", "\"node-options\"=x", "npm's setting node-options is given")]
    [InlineData("/home/u/.npmrc", "\u00a0\ufeffnode-options=x", "npm's setting node-options is given")]
    [InlineData("/home/u/.npmrc", "fund=false\rglobal=true", "npm's setting global is given")]
    [InlineData("/home/u/.npmrc", "global=", "npm's setting global is given")]
    [InlineData("/home/u/.npmrc", "global=yes#no", "npm's setting global is given")]
    [InlineData("/home/u/.npmrc", "[x]\nfund=false", Odd)]
    [InlineData("/home/u/.npmrc", "${KEY}=x", Odd)]
    [InlineData("/home/u/.npmrc", "\"\\u0063all\"=x", Odd)]
    [InlineData("/home/u/.npmrc", "'\"call\"'=x", Odd)]
    [InlineData("/home/u/.npmrc", "cache[]=/home/u/.npm", Odd)]
    [InlineData("/home/u/.npmrc", "cache=\"/home/u/\\u002enpm\"", Odd)]
    [InlineData("/usr/local/lib/node_modules/npm/npmrc", "a\u2028b=x", Odd)]
    public void A_setting_in_a_file_does_so_too(string path, string line, string reason)
    {
        files["/srv/app/package.json"] = "{}";
        files[path] = $"; a comment\n# another\n\n  fund=false\r\n{line}\n";
        Stays(reason.Replace("FILE", path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("; global=true")]
    [InlineData("  # global=true")]
    [InlineData("globally=true")]
    [InlineData("global=false ; not here")]
    [InlineData("'global'='false'")]
    [InlineData("=global")]
    [InlineData("cache = \"/home/u/.npm\" ")]
    [InlineData("cache=/home/u/.npm # ours")]
    [InlineData("//r.example/:_password=\"a\\u0062\"")]
    public void A_line_that_changes_nothing_leaves_it_unwrapped(string line)
    {
        files["/home/u/.npmrc"] = line;
        Assert.Equal("", Resolve().Reason);
    }

    [Theory]
    [InlineData("proxy=http://p ; here", "npm_config_proxy", "http://p")]
    [InlineData("proxy=http://p/\\#a\\;b\\\\c\\d#e", "npm_config_proxy", "http://p/#a;b\\c\\d")]
    [InlineData("ca[]=x\nca[]=\"y z\"", "npm_config_ca", "x\n\ny z")]
    [InlineData("ca=x\nca[]=y\nca=z", "npm_config_ca", "x\n\ny\n\nz")]
    [InlineData("fund=true\nfund=false", "npm_config_fund", "")]
    [InlineData("fund[]x=y", "npm_config_fund[]x", "y")]
    public void A_setting_is_passed_on_as_npm_reads_it(string lines, string name, string value)
    {
        files["/home/u/.npmrc"] = lines;
        Assert.Equal(value, Resolve().Environment[name]);
    }

    [Fact]
    public void Settings_of_files_are_passed_on_as_npm_does_and_secrets_are_not()
    {
        files["/home/u/.npmrc"] =
            "//r.example/:_authToken=secret\n_auth=secret\n@s:registry=https://s.example\nfund=false\nca[]=x\nproxy=${P}\n";
        variables["npm_config_audit"] = "false";
        files["/usr/local/etc/npmrc"] = "audit=true\nfund=true\n";
        var set = Resolve().Environment;
        Assert.Equal("", set["npm_config_fund"]);
        Assert.DoesNotContain(set, v => v.Value.Contains("secret", StringComparison.Ordinal));
        Assert.Empty(set.Keys.Intersect(["npm_config_audit", "npm_config_ca[]", "npm_config_proxy", "npm_config_@s:registry"]));
    }

    [Theory]
    [InlineData("/srv/app/node_modules/.bin/@s/pkg", "/srv/app/node_modules has a program @s/pkg")]
    [InlineData("/srv/node_modules/.bin/@s/pkg", "/srv/node_modules has a program @s/pkg")]
    [InlineData("/srv/app/node_modules/@s/pkg/package.json", "/srv/app/node_modules has @s/pkg")]
    [InlineData("/usr/local/bin/@s/pkg", "/usr/local/bin has a program @s/pkg")]
    [InlineData("/usr/local/lib/node_modules/@s/pkg/package.json", "@s/pkg is installed globally")]
    public void An_earlier_match_keeps_npx(string path, string reason)
    {
        files["/srv/app/package.json"] = """{"name":"app"}""";
        files[path] = "{}";
        Stays(reason);
    }

    [Theory]
    [InlineData("""{"name":"app","bin":"x.js"}""", "/srv/app/package.json has programs of its own, or cannot be read")]
    [InlineData("""{"name":"app""", "/srv/app/package.json has programs of its own, or cannot be read")]
    [InlineData("""{"workspaces":["a"]}""", "a package.json above has workspaces")]
    public void A_project_that_npx_would_look_into_keeps_it(string package, string reason)
    {
        files["/srv/app/package.json"] = package;
        Stays(reason);
    }

    [Fact]
    public void A_project_without_programs_is_named_to_the_server()
    {
        files["/srv/app/package.json"] = """{"name":"app","version":"1.0.0","dependencies":{"x":"1"}}""";
        var set = Resolve().Environment;
        Assert.Equal(("app", "1.0.0", "/srv/app"), (set["npm_package_name"], set["npm_package_version"], set["npm_config_local_prefix"]));
    }

    [Fact]
    public void A_directory_that_npm_is_at_work_in_or_did_not_finish_is_not_used()
    {
        files[$"{Cached}/concurrency.lock/x"] = "";
        Stays($"npm is at work in {Cached}");
        files.Remove($"{Cached}/concurrency.lock/x");
        foreach (var moved in (string[])[".other-AbCdEf", "@s/.pkg-AbCdEf"])
        {
            files[$"{Cached}/node_modules/{moved}/package.json"] = "";
            Stays($"an install in {Cached} was cut off");
            files.Remove($"{Cached}/node_modules/{moved}/package.json");
        }
        files.Remove($"{Cached}/node_modules/.package-lock.json");
        Stays($"{Cached} was not installed to its end");
        files.Remove($"{Cached}/package.json");
        Stays($"{Cached} was not installed to its end");
    }

    [Theory]
    [InlineData("""{"dependencies":{"@s/pkg":"^2","other":"1"}}""")]
    [InlineData("""{"dependencies":{"other":"^2"}}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_directory_of_other_packages_is_not_used(string package)
    {
        files[$"{Cached}/package.json"] = package;
        Stays($"{Cached}/package.json does not have @s/pkg alone");
    }

    [Theory]
    [InlineData("[ \"@s/pkg\" ]", "")]
    [InlineData("[\"@s/pkg@1\"]", "@s/pkg@1")]
    [InlineData("[\"@s/pkg\", \"other\"]", "@s/pkg, other")]
    public void The_packages_that_npx_wrote_down_must_be_the_spec(string packages, string others)
    {
        files[$"{Cached}/package.json"] = $$$"""{"dependencies":{"@s/pkg":"^2.3.4"},"_npx":{"packages":{{{packages}}}}}""";
        Assert.Equal(others.Length == 0 ? "" : $"{Cached} was made for {others}", Resolve().Reason);
    }

    [Theory]
    [InlineData("""{"pkg":"a.js","other":"b.js"}""", "pkg")]
    [InlineData("""{"one":"a.js","two":"a.js"}""", "one")]
    [InlineData("""{"one":"a.js"}""", "one")]
    [InlineData("\"a.js\"", "pkg")]
    [InlineData("""{"one":"a.js","two":"b.js"}""", null)]
    [InlineData("{}", null)]
    [InlineData("""{"../x":"a.js"}""", null)]
    public void The_program_is_the_only_one_or_the_one_named_like_the_package(string programs, string? expected)
    {
        Cache(Spec, "2.3.4", programs);
        foreach (var name in (string[])["pkg", "one", "two", "other", "../x"])
            files.AddProgram($"{Cached}/node_modules/.bin/{name}");
        var result = Resolve();
        Assert.Equal(expected is null ? null : $"{Cached}/node_modules/.bin/{expected}", result.Program);
        Assert.Equal(expected is null ? "@s/pkg has several programs, or none" : "", result.Reason);
    }

    [Fact]
    public void A_program_that_cannot_be_executed_is_left_to_npx()
    {
        files.Programs.Remove($"{Cached}/node_modules/.bin/pkg");
        Stays($"{Cached}/node_modules/.bin/pkg is no program");
    }

    [Fact]
    public void Once_a_day_npm_is_asked_for_a_newer_version()
    {
        now = TableOfFiles.Then + 24 * 60 * 60 - 1;
        Assert.NotNull(Resolve().Program);
        now++;
        var result = Resolve();
        Assert.Equal((null, "npm is asked for a newer version once a day", Cached), (result.Program, result.Reason, result.Asked));
        // npm makes its lock in the directory, so the directory's time is that of the last question.
        files.Times[Cached] = now;
        Assert.NotNull(Resolve().Program);
        now -= 2 * 60 * 60;
        Assert.Null(Resolve().Program);
    }

    [Fact]
    public void One_exact_version_never_changes()
    {
        Cache("@s/pkg@2.3.4", "2.3.4", """{"pkg":"x"}""");
        now += 1_000_000_000;
        Assert.NotNull(Resolve("npx", "-y", "@s/pkg@2.3.4").Program);
        Cache("@s/pkg@2.3.5", "2.3.4", """{"pkg":"x"}""");
        Assert.Equal("@s/pkg is there as 2.3.4", Resolve("npx", "-y", "@s/pkg@2.3.5").Reason);
        Cache("@s/pkg@^2.3.4", "2.3.4", """{"pkg":"x"}""");
        Assert.Null(Resolve("npx", "-y", "@s/pkg@^2.3.4").Program);
    }

    [Theory]
    [InlineData("/opt/volta/bin/volta-shim")]
    [InlineData("/usr/local/bin/npx")]
    public void An_npx_that_is_not_npms_stays(string real)
    {
        files.Links["/usr/local/bin/npx"] = real;
        Stays("npx is not npm's own program");
    }

    [Fact]
    public void Another_command_is_none_of_ours() => Assert.Null(Unwrapper.Resolve(Request(["node", "x.js"]), files));

    private void Cache(string spec, string version, string programs)
    {
        var directory = "/home/u/.npm/_npx/" + Unwrapper.DirectoryOf(spec);
        files[$"{directory}/package.json"] = """{"dependencies":{"@s/pkg":"^2.3.4"}}""";
        files[$"{directory}/package-lock.json"] = "{}";
        files[$"{directory}/node_modules/.package-lock.json"] = "{}";
        files[$"{directory}/node_modules/@s/pkg/package.json"] =
            $$"""{"name":"@s/pkg","version":"{{version}}","description":"a \"quoted\" word","bin":{{programs}},"keywords":["a",{"b":1}]}""";
        files.AddProgram($"{directory}/node_modules/.bin/pkg");
    }

    [Fact]
    public void The_log_is_told_the_program_or_the_reason_and_no_argument()
    {
        var result = Resolve("npx", "-y", "@s/pkg", "--token=secret");
        Assert.Equal($"npx is left out: {result.Program}", result.Sentence("npx"));
        Assert.Equal("npx runs itself: npx is given more than -y and -q", Resolve("npx", "--a=secret", "@s/pkg").Sentence("npx"));
    }

    private void Stays(string reason, params string[] command)
    {
        var result = command.Length == 0 ? Resolve() : Resolve(command);
        Assert.Equal((null, reason), (result.Program, result.Reason));
    }

    private UnwrapResult Resolve() => Resolve("npx", "-y", Spec);

    private UnwrapResult Resolve(params string[] command) => Unwrapper.Resolve(Request(command), files)!;

    private UnwrapRequest Request(string[] command) => new()
    {
        Command = command, Program = "/usr/local/bin/npx", Variables = variables, Directory = "/srv/app", Now = now,
    };
}
