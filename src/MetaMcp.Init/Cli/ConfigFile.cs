using System.Runtime.InteropServices;
using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Kernel;
using MetaMcp.Init.Linux;

namespace MetaMcp.Init.Cli;

/// <summary>A configuration from its file, and the variables that stand above it, to a plan.</summary>
internal static unsafe class ConfigFile
{
    /// <summary>One byte more than a configuration can have: enough for the reader to say that it is too long.</summary>
    private const int Most = ConfigReader.MaxBytes + 1;

    /// <summary>What cannot be read is a diagnostic too, with the file's name alone.</summary>
    /// <param name="path">The file.</param>
    /// <param name="again">While everything runs: then nobody waits for the other end of a pipe.</param>
    public static PlanResult Plan(string path, bool again = false)
    {
        var error = Read(path, again ? Libc.O_NONBLOCK : 0, out var bytes);
        return error.IsSuccess
            ? Core.Planning.Plan.Read(path, bytes, StartBlock.Variables(Overrides.Prefix))
            : new PlanResult(null, [new Diagnostic(Severity.Error, new SourcePosition(path, 0, 0), error.Message)]);
    }

    private static Errno Read(string path, int flags, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        int file;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
            file = Libc.open(name, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NOCTTY | flags, 0);
        if (file < 0)
            return Libc.LastError;
        var buffer = new byte[16 * 1024];
        var length = 0;
        nint count;
        do
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, Most));
            fixed (byte* free = &MemoryMarshal.GetArrayDataReference(buffer))
                count = Libc.read(file, free + length, (nuint)(buffer.Length - length));
            length += (int)Math.Max(count, 0);
        }
        while (count > 0 && length < Most);
        var error = count < 0 ? Libc.LastError : Errno.None;
        _ = Libc.close(file);
        bytes = buffer.AsMemory(0, length);
        return error;
    }
}
