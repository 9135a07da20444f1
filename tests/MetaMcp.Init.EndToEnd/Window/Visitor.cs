using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>A process that an operator has begun in the container.</summary>
internal sealed class Visitor(ProcessStartInfo start) : IDisposable
{
    private readonly Process _process = Process.Start(start) ?? throw new InvalidOperationException("nsenter did not start");

    public bool HasEnded => _process.HasExited;

    /// <summary>The next line of its stdout; null at the end.</summary>
    public Task<string?> Line(TimeSpan? limit = null) => _process.StandardOutput.ReadLineAsync().WaitAsync(limit ?? Patience.Usual);

    /// <summary>The rest of its stdout.</summary>
    public Task<string> Rest(TimeSpan? limit = null) => _process.StandardOutput.ReadToEndAsync().WaitAsync(limit ?? Patience.Usual);

    public async Task Type(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Its exit code.</summary>
    public async Task<int> Code(TimeSpan? limit = null)
    {
        await _process.WaitForExitAsync().WaitAsync(limit ?? Patience.Usual);
        return _process.ExitCode;
    }

    /// <summary>Its exit code and its output.</summary>
    public async Task<Said> Said()
    {
        _process.StandardInput.Close();
        var output = _process.StandardOutput.ReadToEndAsync();
        var error = _process.StandardError.ReadToEndAsync();
        return new Said(await Code(Patience.Long), await output, await error);
    }

    public async Task Kill()
    {
        _process.Kill(entireProcessTree: true);
        _ = await Code();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
