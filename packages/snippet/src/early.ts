import { keepEarly } from './keepEarly.ts'

keepEarly()
