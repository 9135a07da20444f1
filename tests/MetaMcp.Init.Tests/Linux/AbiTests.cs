using System.Diagnostics;
using System.Reflection;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Linux;

namespace MetaMcp.Init.Tests.Linux;

public sealed class AbiTests
{
    private static readonly string[] NativeCompilers = ["gcc", "clang", "cc"];

    [Fact]
    public void The_bindings_are_those_of_the_headers_on_this_processor()
    {
        var source = CAssertions.For(typeof(Libc));
        AssertAccepted(source);
    }

    [Fact]
    public void Every_constant_structure_and_function_is_asserted()
    {
        var source = CAssertions.For(typeof(Libc));
        Assert.NotEmpty(CAssertions.Constants(typeof(Libc)));
        Assert.All(CAssertions.Constants(typeof(Libc)), c => Assert.Contains($"\"{c.Name}\"", source, StringComparison.Ordinal));
        Assert.All(CAssertions.Structures(typeof(Libc)), s => Assert.Contains($"\"size of {s.Name}\"", source, StringComparison.Ordinal));
        Assert.All(CAssertions.Functions(typeof(Libc)), f => Assert.Contains(f.Name, source, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_error_number_is_that_of_the_header()
    {
        var constants = typeof(Errno).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral)
            .Select(f => (f.Name, Number: (int)f.GetRawConstantValue()!));
        var table = Enumerable.Range(1, 200).Select(n => new Errno(n)).Where(e => e.Message != "Unknown error")
            .Select(e => (e.Name, e.Number));
        var source = "#include <errno.h>\n" + string.Join('\n', constants.Concat(table)
            .Select(e => $"_Static_assert({e.Name} == {e.Number}, \"{e.Name}\");")) + "\n";
        AssertAccepted(source);
    }

    [Fact]
    public void Every_signal_capability_and_resource_has_the_number_of_the_header()
    {
        var source = "#define _GNU_SOURCE\n#include <signal.h>\n#include <linux/capability.h>\n#include <sys/resource.h>\n" +
            string.Join('\n', Numbered("CAP_", CapabilityTable.All).Concat(Numbered("RLIMIT_", ResourceTable.All)).Concat(
                Enumerable.Range(1, 31).Select(n => (Name: Signal.FromNumber(n).ToString(), Number: n)))
                .Select(e => $"_Static_assert({e.Name} == {e.Number}, \"{e.Name}\");")) + "\n";
        AssertAccepted(source);
    }

    [Fact]
    public void A_wrong_constant_structure_or_function_is_reported_by_the_compiler()
    {
        var message = Compile(Compilers()[0], CAssertions.For(typeof(Wrong)));
        Assert.Contains("\"EPOLLIN\"", message, StringComparison.Ordinal);
        Assert.Contains("size of PollFd", message, StringComparison.Ordinal);
        Assert.Contains("offset of PollFd.events", message, StringComparison.Ordinal);
        Assert.Contains("NOT_IN_ANY_HEADER", message, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, int Number)> Numbered(string prefix, IEnumerable<string> names) =>
        names.Select((name, number) => (prefix + name.ToUpperInvariant(), number));

    private static void AssertAccepted(string source)
    {
        var messages = Compilers().Select(compiler => Compile(compiler, source)).Where(message => message.Length > 0);
        var all = string.Join('\n', messages);
        if (all.Length > 0)
            Assert.Fail(all);
    }

    /// <summary>The native compiler, and the cross compiler for the other target if the machine has one.</summary>
    private static string[] Compilers()
    {
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        bool Present(string name) => path.Any(directory => File.Exists(Path.Combine(directory, name)));
        var native = NativeCompilers.FirstOrDefault(Present);
        Assert.True(native is not null, "No C compiler: install gcc or clang, and libc6-dev.");
        return new[] { native, "aarch64-linux-gnu-gcc" }.Where(Present).ToArray();
    }

    /// <summary>The errors of the compiler; empty if it accepts the source.</summary>
    private static string Compile(string compiler, string source)
    {
        string[] arguments =
            ["-x", "c", "-std=gnu11", "-fsyntax-only", "-Werror=implicit-function-declaration", "-Wno-nonnull", "-"];
        var start = new ProcessStartInfo("timeout") { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["60", compiler, .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Write(source);
        process.StandardInput.Close();
        var message = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : $"{compiler}: exit code {process.ExitCode}\n{message}";
    }

    /// <summary>Bindings with mistakes in them, to check that the mistakes are found.</summary>
    [CHeader("sys/epoll.h")]
    [CHeader("poll.h")]
    private static class Wrong
    {
        public const int EPOLLIN = 2;
        public const int NOT_IN_ANY_HEADER = 1;

        [CName("struct pollfd")]
        public struct PollFd
        {
#pragma warning disable CS0649, CA1823 // Only the layout is looked at.
            public long fd;
            public short events;
#pragma warning restore CS0649, CA1823
        }
    }
}
