using System.Text;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests.Spawning;

/// <summary>The numbers of a child's descriptors, whatever numbers they have in our process.</summary>
public sealed unsafe class SpawnerTests
{
    /// <summary>The ends of two pipes are given to each other's numbers, and to every other order of them.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void Numbers_that_meet_are_kept_apart(int first, int second)
    {
        Assert.True(Pipe.Open(out var reading, out var writing).IsSuccess);
        Assert.True(Pipe.Open(out var otherReading, out var otherWriting).IsSuccess);
        int[] numbers = [writing, otherWriting];
        // Each number in the child is our number of one of the ends, or a new number.
        var (a, b) = first == second ? (numbers[first], numbers[1 - first]) : (numbers[second], numbers[first]);
        try
        {
            using var path = new NativeStrings(["/bin/bash"]);
            using var words = new NativeStrings(["bash", "-c", $"echo one >&{a}; echo two >&{b}"]);
            using var environment = new NativeStrings(["PATH=/usr/bin:/bin"]);
            var error = Spawner.Spawn(
                new SpawnRequest
                {
                    Path = path.Pointer[0],
                    Arguments = words.Pointer,
                    Environment = environment.Pointer,
                    Group = SpawnGroup.Session,
                    Descriptors = [new(writing, a), new(otherWriting, b)],
                },
                out var pid);
            Assert.Equal(Errno.None, error);
            siginfo_t info = default;
            Assert.Equal(0, waitid(P_PID, (uint)pid, &info, WEXITED));
            Assert.Equal("one\n", Read(reading));
            Assert.Equal("two\n", Read(otherReading));
        }
        finally
        {
            foreach (var descriptor in (int[])[reading, writing, otherReading, otherWriting])
                _ = close(descriptor);
        }
    }

    private static string Read(int descriptor)
    {
        Span<byte> text = stackalloc byte[256];
        fixed (byte* start = text)
            return Encoding.ASCII.GetString(text[..(int)Math.Max(0, read(descriptor, start, (nuint)text.Length))]);
    }
}
