using System.Diagnostics;
using System.Text;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Exec;

/// <summary>Runs <c>mcp-init exec</c> of the published binary and keeps its result.</summary>
internal sealed record Stage(int ExitCode, string Output, string Error)
{
    private const string Seconds = "20";

    /// <summary>Runs the second stage with these words after the verb.</summary>
    public static Stage Run(params string[] words) => Start([Files.Binary, "exec", .. words]);

    /// <summary>
    /// Runs the second stage after another program that prepares the scene (<c>env --ignore-signal=HUP</c>, for example) and then execs
    /// it.
    /// </summary>
    public static Stage RunBehind(string[] program, params string[] words) => Start([.. program, Files.Binary, "exec", .. words]);

    /// <summary>Runs it with this environment alone.</summary>
    public static Stage RunWith(IReadOnlyDictionary<string, string> environment, params string[] words) =>
        Start([Files.Binary, "exec", .. words], environment);

    /// <summary>The failure that is reported on the error descriptor; null if exec succeeded. The command's own output is lost.</summary>
    public static ExecFailure? Failure(params string[] words) => FailureBehind([], words);

    public static ExecFailure? FailureBehind(string[] program, params string[] words)
    {
        var run = Start(["sh", "-c", "exec \"$@\" 9>&1 1>/dev/null", "sh", .. program, Files.Binary, "exec", "--error-fd", "9", .. words]);
        // With a descriptor for it, a failure is reported once, and to PID 1 only.
        Assert.Equal("", run.Error);
        // The mark means that from there on only the program itself can fail. It comes before every execution.
        var marked = run.Output.StartsWith((char)ExecFailure.Mark);
        var record = marked ? run.Output[1..] : run.Output;
        if (record.Length == 0)
        {
            Assert.True(marked);
            return null;
        }
        Assert.True(ExecFailure.TryDecode(Encoding.UTF8.GetBytes(record), out var failure), record);
        Assert.Equal(failure!.Step is ExecStep.Execute or ExecStep.Interpreter or ExecStep.Loader, marked);
        Assert.NotEqual(0, run.ExitCode);
        return failure;
    }

    /// <summary>A line of the command's own /proc/self/status.</summary>
    public string Status(string field) => Output.Split('\n').Single(l => l.StartsWith(field + ":", StringComparison.Ordinal))
        [(field.Length + 1)..].Trim();

    public static void NeedRoot() =>
        Assert.True(Environment.IsPrivilegedProcess, "This test changes users and capabilities: run it as root.");

    private static Stage Start(string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("/usr/bin/timeout")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in (string[])["--signal=KILL", Seconds, .. command])
            start.ArgumentList.Add(word);
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in environment)
                start.Environment.Add(name, value);
        }
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode != 137, $"killed after {Seconds} s: {string.Join(' ', command)}");
        return new Stage(process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
