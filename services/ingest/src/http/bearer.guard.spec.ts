import type { ExecutionContext } from '@nestjs/common';
import { BearerGuard } from './bearer.guard.js';

function asking(authorization?: string): ExecutionContext {
  return {
    switchToHttp: () => ({ getRequest: () => ({ headers: { authorization } }) }),
  } as unknown as ExecutionContext;
}

describe('BearerGuard', () => {
  it('lets everybody in when no token is set', () => {
    expect(new BearerGuard({ token: null }).canActivate(asking())).toBe(true);
  });

  it.each(['Bearer correct-horse', 'bearer correct-horse', 'Bearer  correct-horse '])(
    'takes %j',
    (header) => {
      expect(new BearerGuard({ token: 'correct-horse' }).canActivate(asking(header))).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    'correct-horse',
    'Basic correct-horse',
    'Bearer',
    'Bearer correct-hors',
    'Bearer correct-horse2',
    'Bearer correct-horse x',
  ])('refuses %j with 401', (header) => {
    const guard = new BearerGuard({ token: 'correct-horse' });
    expect(() => guard.canActivate(asking(header))).toThrow(
      expect.objectContaining({ status: 401, code: 'unauthorized' }),
    );
  });
});
